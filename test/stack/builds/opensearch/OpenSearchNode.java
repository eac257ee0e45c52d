import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;
import java.nio.file.*;
import java.util.*;

public class OpenSearchNode extends Node {
  OpenSearchNode(Environment env, Collection<Class<? extends Plugin>> plugins) { super(env, plugins, false); }
  public static void main(String[] a) throws Exception {
    String home = a[0]; String port = a[1]; String tport = a[2];
    Files.createDirectories(Path.of(home, "config"));
    Settings.Builder b = Settings.builder().put("path.home", home).put("path.data", home + "/data")
      .put("cluster.name", "healthgate-test").put("node.name", a.length > 3 ? a[3] : "n1")
      .put("network.host", "127.0.0.1").put("http.port", port).put("transport.port", tport)
      .put("http.type", "netty4").put("transport.type", "netty4")
      .put("cluster.routing.allocation.disk.threshold_enabled", false);
    if (a.length > 4) { b.putList("discovery.seed_hosts", a[4].split(",")).putList("cluster.initial_cluster_manager_nodes", a[5].split(",")); }
    else b.put("discovery.type", "single-node");
    Environment env = InternalSettingsPreparer.prepareEnvironment(b.build(), Collections.emptyMap(), null, () -> "n1");
    OpenSearchNode n = new OpenSearchNode(env, List.of(Netty4Plugin.class));
    n.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> { try { n.close(); } catch (Exception e) {} }));
    System.out.println("READY " + port);
    Thread.currentThread().join();
  }
}
