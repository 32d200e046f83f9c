namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>The Linux guests that <c>eng/guest/prepare</c> built in this checkout.</summary>
internal static class LinuxImage
{
    /// <summary>The folder of a guest.</summary>
    /// <param name="flavour"><c>plain</c> or <c>checked</c>.</param>
    public static string Of(string flavour) => Path.Combine(Checkout.Guests, flavour);

    /// <summary>The folder of the guest that finds most: the checked one where it was built.</summary>
    public static string Strictest => Of(WhyMissing("checked") is null ? "checked" : "plain");

    /// <summary>Why there is no such guest; null if there is.</summary>
    public static string? WhyMissing(string flavour)
    {
        if (File.Exists(Path.Combine(Of(flavour), "built"))) return null;
        var told = Path.Combine(Checkout.Guests, $"why-not-{flavour}");
        var why = File.Exists(told) ? File.ReadAllText(told).Trim() : $"eng/guest/prepare {flavour} was not run";
        return $"there is no {flavour} Linux guest: {why}";
    }
}

/// <summary>A test with Linux guests; left out, with the reason, where they could not be built.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute(string flavour = "plain") => Skip = LinuxImage.WhyMissing(flavour);
}

/// <summary>The same with rows of data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute(string flavour = "plain") => Skip = LinuxImage.WhyMissing(flavour);
}
