import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/** One OpenSearch node for tests. No root check, no security manager: loopback only. */
public final class Launcher extends Node {
  private static final List<String> PLUGINS = List.of(
      "transport.Netty4Plugin", "analysis.common.CommonAnalysisPlugin", "painless.PainlessPlugin",
      "index.reindex.ReindexPlugin", "index.mapper.MapperExtrasPlugin", "knn.plugin.KNNPlugin", "neuralsearch.plugin.NeuralSearch");

  private Launcher(Environment environment, List<Class<? extends Plugin>> plugins) {
    super(environment, plugins, false);
  }

  public static void main(String[] args) throws Exception {
    Launch.run(args, Launcher::started);
  }

  private static Node started(Path home, Map<String, String> settings) throws Exception {
    Settings.Builder builder = Settings.builder();
    settings.forEach(builder::put);
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(builder.build(), Map.of(), home.resolve("config"), () -> "node");
    LogConfigurator.setNodeName(environment.settings().get("node.name"));
    LogConfigurator.configure(environment);
    Node node = new Launcher(environment, PLUGINS.stream().<Class<? extends Plugin>>map(Launcher::plugin).toList());
    return node.start();
  }

  private static Class<? extends Plugin> plugin(String name) {
    try {
      return Class.forName("org.opensearch." + name).asSubclass(Plugin.class);
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
