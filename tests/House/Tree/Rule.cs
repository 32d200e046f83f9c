namespace CameraFabric.House.Tests.Tree;

/// <summary>A rule of the house.</summary>
public static class Rule
{
    /// <summary>Fails with everything that breaks the rule, each on a line of its own and none shortened.</summary>
    /// <param name="broken">Where it is broken, and how.</param>
    public static void Holds(IEnumerable<string?> broken)
    {
        var all = broken.ToList();
        Assert.True(all.Count == 0, $"The rule is broken {all.Count} times:\n  {string.Join("\n  ", all)}");
    }
}
