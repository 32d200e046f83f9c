using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Serialization;
using Akka.Remote.Transport.DotNetty;

namespace Akka.Remote;

/// <summary>The section <c>akka.remote</c>, as far as it means something here.</summary>
internal sealed class RemoteSettings
{
    /// <summary>What holds where nobody says otherwise: the documented defaults.</summary>
    public static readonly Config Reference = ConfigurationFactory.ParseString($$"""
        akka {
          actor {
            serializers {
              akka-misc = "{{typeof(MiscMessageSerializer).AssemblyQualifiedName}}"
              primitive = "{{typeof(PrimitiveSerializers).AssemblyQualifiedName}}"
            }
            serialization-bindings {
              "Akka.Actor.Identify, Akka" = akka-misc
              "Akka.Actor.ActorIdentity, Akka" = akka-misc
              "Akka.Actor.PoisonPill, Akka" = akka-misc
              "Akka.Actor.Kill, Akka" = akka-misc
              "Akka.Actor.Status+Failure, Akka" = akka-misc
              "Akka.Actor.Status+Success, Akka" = akka-misc
              "System.String" = primitive
              "System.Int32" = primitive
              "System.Int64" = primitive
            }
            serialization-identifiers {
              "{{typeof(MiscMessageSerializer).AssemblyQualifiedName}}" = 16
              "{{typeof(PrimitiveSerializers).AssemblyQualifiedName}}" = 17
            }
          }
          remote {
            flush-wait-on-shutdown = 2s
            retry-gate-closed-for = 5s
            watch-failure-detector {
              heartbeat-interval = 1s
              threshold = 10.0
              max-sample-size = 200
              min-std-deviation = 100ms
              acceptable-heartbeat-pause = 10s
              expected-response-after = 1s
              unreachable-nodes-reaper-interval = 1s
            }
            dot-netty.tcp {
              hostname = ""
              public-hostname = ""
              port = 2552
              public-port = 0
              connection-timeout = 15s
              maximum-frame-size = 128000b
              enable-ssl = false
              ssl {
                certificate { path = "", password = "" }
                suppress-validation = false
                require-mutual-authentication = true
                validate-certificate-hostname = false
              }
            }
          }
        }
        """);

    /// <summary>Reads the section.</summary>
    /// <param name="settings">Of the actor system.</param>
    public RemoteSettings(Settings settings)
    {
        var config = settings.Config;
        FlushWait = config.GetTimeSpan("akka.remote.flush-wait-on-shutdown");
        RetryGate = config.GetTimeSpan("akka.remote.retry-gate-closed-for");
        WatchDetector = config.GetConfig("akka.remote.watch-failure-detector");
        var tcp = config.GetConfig("akka.remote.dot-netty.tcp");
        Hostname = tcp.GetString("hostname") is { Length: > 0 } name ? name : "0.0.0.0";
        PublicHostname = tcp.GetString("public-hostname") is { Length: > 0 } known ? known : Hostname;
        Port = tcp.GetInt("port");
        PublicPort = tcp.GetInt("public-port");
        ConnectionTimeout = tcp.GetTimeSpan("connection-timeout");
        MaximumFrame = (int)(tcp.GetByteSize("maximum-frame-size") ?? throw new ConfigurationException(
            "akka.remote.dot-netty.tcp.maximum-frame-size is no size"));
        if (tcp.GetBoolean("enable-ssl")) Ssl = SslSettings.From(settings.Setup, tcp.GetConfig("ssl"));
    }

    /// <summary>How long the end of the system waits for what is still to be sent.</summary>
    public TimeSpan FlushWait { get; }

    /// <summary>How long nothing is sent to a system that could not be reached.</summary>
    public TimeSpan RetryGate { get; }

    /// <summary>When a watched system that is silent is given up.</summary>
    public Config WatchDetector { get; }

    /// <summary>How addresses begin.</summary>
    public string Protocol => Ssl is null ? "akka.tcp" : "akka.ssl.tcp";

    /// <summary>Where to listen.</summary>
    public string Hostname { get; }

    /// <summary>Where others reach it.</summary>
    public string PublicHostname { get; }

    /// <summary>The port to listen at; 0 takes a free one.</summary>
    public int Port { get; }

    /// <summary>The port others reach; 0 for the one it listens at.</summary>
    public int PublicPort { get; }

    /// <summary>How long to try to connect.</summary>
    public TimeSpan ConnectionTimeout { get; }

    /// <summary>The most bytes of one serialized message.</summary>
    public int MaximumFrame { get; }

    /// <summary>How to encrypt; null for not at all.</summary>
    public SslSettings? Ssl { get; }
}
