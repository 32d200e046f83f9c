using System.Collections.Frozen;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// The camera's controls under V4L2's ids. A value is always the very number that the camera uses: nanoseconds are nanoseconds, Q16.16 is a
/// number of 1/65536. A control has a standard id where V4L2 has the same control in the same unit, or leaves the unit to the driver;
/// otherwise one made from its own. The Linux driver of virtio-camera uses the same ids, so that both faces of a camera look alike.
/// </summary>
internal sealed class ControlMap
{
    private const uint UserClass = 0x00980000;
    private const uint CameraClass = 0x009a0000;
    private const uint ImageSourceClass = 0x009e0000;
    private const uint ImageProcessingClass = 0x009f0000;
    private const uint Base = CameraClass | 0x4000;
    private const uint DraftBase = Base + 0x1000;
    private const uint OtherBase = Base + 0x3000;
    private const uint VendorBase = Base + 0x4000;

    private static readonly FrozenDictionary<uint, uint> Standard = new Dictionary<uint, uint>
    {
        [0x0e] = 0x00980900, // Brightness
        [0x0f] = 0x00980901, // Contrast
        [0x16] = 0x00980902, // Saturation
        [0x35] = 0x00980903, // Hue
        [0x11] = 0x0098090c, // AwbEnable, AUTO_WHITE_BALANCE
        [0x2d] = 0x00980910, // Gamma
        [0x100] = 0x00980914, // HorizontalFlip
        [0x101] = 0x00980915, // VerticalFlip
        [0x15] = 0x0098091a, // ColourTemperature, WHITE_BALANCE_TEMPERATURE
        [0x18] = 0x0098091b, // Sharpness
        [0x09] = 0x009e0903, // AnalogueGain
        [0x10006] = 0x009f0903, // TestPatternMode
        [0x1c] = 0x009f0905, // DigitalGain
    }.ToFrozenDictionary();

    private static readonly (uint Class, string Name)[] Classes =
    [
        (UserClass, "User Controls"), (CameraClass, "Camera Controls"), (ImageSourceClass, "Image Source Controls"),
        (ImageProcessingClass, "Image Processing Controls"),
    ];

    private readonly SortedList<uint, MappedControl> _controls = [];
    private readonly Dictionary<uint, MappedControl> _byCamera = [];

    /// <summary>The controls of a camera.</summary>
    public ControlMap(CameraProfile profile)
    {
        var other = OtherBase;
        foreach (var info in profile.Controls)
        {
            if (MappedControl.TryMake(IdOf(info.Id) ?? other++, info) is not { } control || !_controls.TryAdd(control.Id, control)) continue;
            _byCamera[info.Id] = control;
        }

        foreach (var (number, name) in Classes)
        {
            if (_controls.Keys.Any(id => ClassOf(id) == number)) _controls.Add(number | 1, MappedControl.ClassEntry(number | 1, name));
        }
    }

    public IEnumerable<MappedControl> All => _controls.Values;

    /// <summary>How many there are, the classes' names included.</summary>
    public int Count => _controls.Count;

    /// <summary>The class that an id belongs to (V4L2_CTRL_ID2WHICH).</summary>
    public static uint ClassOf(uint id) => id & 0x0fff0000;

    public MappedControl? Find(uint id) => _controls.GetValueOrDefault(id);

    /// <summary>The control that the camera calls so.</summary>
    public MappedControl? FindByCamera(uint id) => _byCamera.GetValueOrDefault(id);

    public bool HasClass(uint which) => _controls.ContainsKey(which | 1);

    /// <summary>The next one after an id, of the kinds that are asked for.</summary>
    public MappedControl? After(uint id, bool plain, bool compound)
    {
        foreach (var control in _controls.Values)
        {
            if (control.Id > id && (control.IsArray ? compound : plain)) return control;
        }

        return null;
    }

    private static uint? IdOf(uint id)
    {
        if (Standard.TryGetValue(id, out var standard)) return standard;
        if ((id & 0x80000000) != 0)
        {
            var (space, number) = (id >> 16 & 0x7fff, id & 0xffff);
            return space <= 7 && number <= 0xfff ? VendorBase + (space << 12) + number : null;
        }

        return id switch
        {
            <= 0xfff => Base + id,
            >= 0x10000 and <= 0x10fff => DraftBase + (id & 0xfff),
            _ => null,
        };
    }
}
