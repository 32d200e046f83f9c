namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A test against the QEMU of the machine's own distribution; left out, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute() => Skip = QemuProgram.WhyNotInstalled;
}

/// <summary>A test of what QEMU 7 does and later ones do in another way; left out, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class Qemu7FactAttribute : FactAttribute
{
    private const int Major = 7;

    public Qemu7FactAttribute() => Skip = QemuProgram.WhyNotInstalled
        ?? (QemuProgram.InstalledVersion.Major == Major ? null : $"holds for QEMU {Major}, and this is {QemuProgram.InstalledVersion}");
}

/// <summary>Several tests against the QEMU of the machine's own distribution.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuTheoryAttribute : TheoryAttribute
{
    public QemuTheoryAttribute() => Skip = QemuProgram.WhyNotInstalled;
}

/// <summary>A test against a QEMU with the generic vhost-user device; left out, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NewQemuFactAttribute : FactAttribute
{
    public NewQemuFactAttribute() => Skip = QemuProgram.WhyNoNewer;
}
