namespace CameraFabric.Cluster.Tests.Network;

/// <summary>A test that needs machines whose packets can be lost; left out, with the reason, where there are none.</summary>
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = LabRights.WhyNoFilter;
}

/// <summary>The same for a test with arguments.</summary>
internal sealed class NetworkTheoryAttribute : TheoryAttribute
{
    public NetworkTheoryAttribute() => Skip = LabRights.WhyNoFilter;
}
