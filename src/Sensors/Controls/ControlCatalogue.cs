using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace CameraFabric.Sensors.Controls;

/// <summary>The controls that cameras share: libcamera's, some drafts, and what sensors need besides. Ids never change; see
/// docs/controls.md.</summary>
public static partial class ControlCatalogue
{
    /// <summary>First id of the drafts, which may still change their meaning between versions.</summary>
    public const uint FirstDraft = 0x0001_0000;

    /// <summary>Set in the ids of vendors' controls.</summary>
    public const uint VendorBit = 0x8000_0000;

    /// <summary>The id of a vendor's control.</summary>
    /// <param name="vendor">The namespace's index in the profile, 0 to 0x7FFF.</param>
    /// <param name="number">The vendor's own number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is larger than 0x7FFF.</exception>
    public static uint VendorId(ushort vendor, ushort number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vendor, 0x7FFF);
        return VendorBit | (uint)vendor << 16 | number;
    }

    /// <summary>Finds a control by its id.</summary>
    public static bool TryGet(uint id, [NotNullWhen(true)] out ControlInfo? control) => Index.ById.TryGetValue(id, out control);

    /// <summary>Finds a control by its name; letter case does not count.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ControlInfo? control) => Index.ByName.TryGetValue(name, out control);

    // A class of its own, so that it is made after the generated part's fields whatever the order of the files.
    private static class Index
    {
        public static readonly FrozenDictionary<uint, ControlInfo> ById = All.ToFrozenDictionary(control => control.Id);
        public static readonly FrozenDictionary<string, ControlInfo> ByName =
            All.ToFrozenDictionary(control => control.Name, StringComparer.OrdinalIgnoreCase);
    }
}
