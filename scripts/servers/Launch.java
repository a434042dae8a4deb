import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What every launcher does: `Launcher HOME key=value …` starts a node for tests, which ends with whoever started it. */
final class Launch {
  interface Starter {
    Closeable start(Path home, Map<String, String> settings) throws Exception;
  }

  private Launch() {}

  static void run(String[] args, Starter starter) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    Map<String, String> settings = new HashMap<>(Map.of(
        "path.home", home.toString(),
        "network.host", "127.0.0.1",
        "cluster.routing.allocation.disk.threshold_enabled", "false"));
    for (String arg : List.of(args).subList(1, args.length)) {
      int at = arg.indexOf('=');
      settings.put(arg.substring(0, at), arg.substring(at + 1));
    }
    for (String folder : List.of("config", "data", "logs", "plugins", "modules")) Files.createDirectories(home.resolve(folder));
    Closeable node = starter.start(home, settings);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception ignored) {
        // the process ends anyway
      }
    }));
    // ends with whoever started it, however that one ends
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
