namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A test against the QEMU of the machine's own distribution; left out, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute() => Skip = QemuProgram.WhyNotInstalled;
}

/// <summary>Several such tests.</summary>
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
