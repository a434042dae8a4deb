import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One Elasticsearch node for tests. No bootstrap checks, no security: loopback only. */
public final class Launcher {
  public static void main(String[] args) throws Exception {
    Launch.run(args, Launcher::started);
  }

  private static Node started(Path home, Map<String, String> settings) throws Exception {
    Settings.Builder builder = Settings.builder();
    settings.forEach(builder::put);
    LogConfigurator.configureESLogging();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(builder.build(), Map.of(), home.resolve("config"), () -> "node");
    LogConfigurator.setClusterName(environment.settings().get("cluster.name", "elasticsearch"));
    LogConfigurator.setNodeName(environment.settings().get("node.name"));
    LogConfigurator.configure(environment, true);
    PluginsLoader plugins = PluginsLoader.createPluginsLoader(
        PluginsLoader.loadModulesBundles(environment.modulesDir()), PluginsLoader.loadPluginsBundles(environment.pluginsDir()), Map.of(), false);
    Node node = new Node(environment, plugins);
    return node.start();
  }
}
