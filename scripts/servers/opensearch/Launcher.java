import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/** One OpenSearch node for tests: `Launcher HOME key=value …`. No root check, no security manager: loopback only. */
public final class Launcher extends Node {
  private static final List<String> PLUGINS = List.of(
      "transport.Netty4Plugin", "analysis.common.CommonAnalysisPlugin", "painless.PainlessPlugin",
      "index.reindex.ReindexPlugin", "index.mapper.MapperExtrasPlugin", "knn.plugin.KNNPlugin", "neuralsearch.plugin.NeuralSearch");

  private Launcher(Environment environment, List<Class<? extends Plugin>> plugins) {
    super(environment, plugins, false);
  }

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    Settings.Builder settings = Settings.builder()
        .put("path.home", home.toString())
        .put("network.host", "127.0.0.1")
        .put("cluster.routing.allocation.disk.threshold_enabled", false);
    for (int i = 1; i < args.length; i++) {
      int at = args[i].indexOf('=');
      settings.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    for (String folder : List.of("config", "data", "logs", "plugins", "modules")) Files.createDirectories(home.resolve(folder));
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), home.resolve("config"), () -> "node");
    LogConfigurator.setNodeName(environment.settings().get("node.name"));
    LogConfigurator.configure(environment);
    Node node = new Launcher(environment, PLUGINS.stream().<Class<? extends Plugin>>map(Launcher::plugin).toList());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception ignored) {
        // the process ends anyway
      }
    }));
    node.start();
    // ends with whoever started it, however that one ends
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private static Class<? extends Plugin> plugin(String name) {
    try {
      return Class.forName("org.opensearch." + name).asSubclass(Plugin.class);
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
