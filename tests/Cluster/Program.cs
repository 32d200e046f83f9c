using CameraFabric.Cluster.Tests.Harness;

namespace CameraFabric.Cluster.Tests;

/// <summary>The tests' own entry: they start themselves again as what stands between two machines.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not ["line"]) return 2;
        LineProcess.Run();
        return 0;
    }
}
