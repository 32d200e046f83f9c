using System.Text;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Profiles;

/// <summary>Finds everything that is wrong in a profile, not only the first.</summary>
internal sealed class ProfileValidator(CameraProfile profile)
{
    // What fits the fields of the capability records and the configuration space, without the closing zero.
    private const int NameBytes = 63;
    private const int ControlNameBytes = 31;
    private const int UnitBytes = 15;
    private const int VendorNameBytes = 47;
    private const int MaximumPipelineDepth = 255;

    private readonly List<ProfileProblem> _problems = [];

    public IReadOnlyList<ProfileProblem> Run()
    {
        Text("name", profile.Name, 1, NameBytes);
        Text("model", profile.Model, 0, NameBytes);
        if (profile.TimeBase != "monotonic")
            Add("timeBase", $"'{profile.TimeBase}' is not known; 'monotonic' is.");
        Range("pipelineDepth", profile.PipelineDepth, 0, MaximumPipelineDepth, "frames");
        if (profile.Formats.IsDefaultOrEmpty)
            Add("formats", "there is none; a camera offers at least one format.");
        else
            Formats();
        Vendors();
        Controls();
        return _problems;
    }

    private void Formats()
    {
        var codes = new HashSet<FourCC>();
        for (var i = 0; i < profile.Formats.Length; i++)
        {
            var offer = profile.Formats[i];
            var path = $"formats[{i}]";
            if (!codes.Add(offer.Format))
                Add($"{path}.format", $"'{offer.Format}' is offered twice; one entry with all its sizes would be right.");
            if (!PixelFormats.TryGet(offer.Format, out var format))
                Add($"{path}.format", $"pixel format '{offer.Format}' is not known to the frame path.");
            if (offer.Sizes.IsDefaultOrEmpty)
                Add($"{path}.sizes", "there is none; a format comes in at least one size.");
            else
                for (var j = 0; j < offer.Sizes.Length; j++)
                    Size($"{path}.sizes[{j}]", offer.Sizes[j], format);
        }
    }

    private void Size(string path, FrameSizeOffer size, PixelFormat? format)
    {
        var before = _problems.Count;
        Dimension(path, "width", size.MinimumWidth, size.MaximumWidth, size.StepWidth, format?.WidthMultiple ?? 1);
        Dimension(path, "height", size.MinimumHeight, size.MaximumHeight, size.StepHeight, format?.HeightMultiple ?? 1);
        if (!size.ShortestInterval.IsValid)
            Add($"{path}.shortest", $"{size.ShortestInterval} is no interval; seconds such as 1/30 would be right.");
        if (!size.LongestInterval.IsValid)
            Add($"{path}.longest", $"{size.LongestInterval} is no interval; seconds such as 1/30 would be right.");
        if (size.ShortestInterval > size.LongestInterval)
            Add($"{path}.shortest", $"{size.ShortestInterval} s is longer than the longest interval, {size.LongestInterval} s.");
        if (format is null || before != _problems.Count)
            return;
        try
        {
            var (width, height, _) = size.Nearest(size.MaximumWidth, size.MaximumHeight, default);
            format.Layout(width, height);
        }
        catch (ArgumentException error)
        {
            Add($"{path}.to", error.Message);
        }
    }

    private void Dimension(string path, string dimension, int least, int most, int step, int multiple)
    {
        Range($"{path}.from", least, 1, PixelFormat.MaximumDimension, "pixels", dimension);
        Range($"{path}.to", most, 1, PixelFormat.MaximumDimension, "pixels", dimension);
        Range($"{path}.step", step, 1, PixelFormat.MaximumDimension, "pixels", dimension);
        if (least > most)
            Add($"{path}.from", $"the least {dimension} {least} is more than the largest, {most}.");
        Multiple($"{path}.from", dimension, least, multiple);
        if (least < most && step > 0)
            Multiple($"{path}.step", dimension, step, multiple);
    }

    private void Multiple(string path, string dimension, int pixels, int multiple)
    {
        if (pixels % multiple != 0)
            Add(path, $"{dimension} {pixels} is not a multiple of {multiple}, as the format wants; "
                + $"{(pixels / multiple + 1) * multiple} would be right.");
    }

    private void Vendors()
    {
        var indices = new HashSet<ushort>();
        for (var i = 0; i < profile.Vendors.Length; i++)
        {
            var vendor = profile.Vendors[i];
            Range($"vendors[{i}].index", vendor.Index, 0, 0x7FFF, "");
            Text($"vendors[{i}].name", vendor.Name, 1, VendorNameBytes);
            if (!indices.Add(vendor.Index))
                Add($"vendors[{i}].index", $"{vendor.Index} is used twice; every vendor has an index of its own.");
        }
    }

    private void Controls()
    {
        var ids = new Dictionary<uint, string>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var vendors = profile.Vendors.Select(vendor => vendor.Index).ToHashSet();
        for (var i = 0; i < profile.Controls.Length; i++)
        {
            var control = profile.Controls[i];
            var path = $"controls[{i}]";
            if (!ids.TryAdd(control.Id, control.Name))
                Add($"{path}.id", $"0x{control.Id:X5} is that of {ids[control.Id]}; every control has an id of its own.");
            if (!names.Add(control.Name))
                Add($"{path}.name", $"there are two controls named {control.Name}.");
            if (control.Id == 0)
                Add($"{path}.id", "0 is no control's id.");
            var vendor = (ushort)(control.Id >> 16 & 0x7FFF);
            if ((control.Id & ControlCatalogue.VendorBit) != 0 && !vendors.Contains(vendor))
                Add($"{path}.id", $"0x{control.Id:X8} is of vendor {vendor}, who is not among the vendors.");
            Control(path, control);
        }
    }

    private void Control(string path, ControlInfo control)
    {
        Text($"{path}.name", control.Name, 1, ControlNameBytes);
        Text($"{path}.unit", control.Unit, 0, UnitBytes);
        Range($"{path}.delay", control.DelayFrames, 0, ControlInfo.MaximumDelay, "frames");
        if (control.DelayFrames > 0 && control.Scope != ControlScope.Frame)
            Add($"{path}.delay", "only a control of scope 'frame' has a delay; 0 would be right.");
        if (control.Direction is < ControlDirection.In or > ControlDirection.InOut)
            Add($"{path}.direction", $"{control.Direction} is none; In, Out or InOut would be right.");
        if (control.Scope > ControlScope.Configure)
            Add($"{path}.scope", $"{control.Scope} is none; Frame, Global or Configure would be right.");
        var size = control.Type.ElementBytes();
        if (size == 0)
        {
            Add($"{path}.type", $"{control.Type} is none; {string.Join(", ", Enum.GetNames<ControlType>())} are.");
            return;
        }
        var most = ControlValue.MaximumBytes / size;
        if (control.MinimumCount < 0 || control.MaximumCount < Math.Max(1, control.MinimumCount) || control.MaximumCount > most)
            Add($"{path}.count", $"[{control.MinimumCount}, {control.MaximumCount}] is no number of elements; from 0 to {most} "
                + $"of type {control.Type} are possible, the least first.");
        Numbers(path, control);
    }

    private void Numbers(string path, ControlInfo control)
    {
        var (least, most) = control.Type switch
        {
            ControlType.Bool => (0L, 1L),
            ControlType.UInt8 or ControlType.Bytes => (0L, (long)byte.MaxValue),
            ControlType.Int64 => (long.MinValue, long.MaxValue),
            ControlType.Size => (0L, (long)uint.MaxValue),
            _ => (int.MinValue, (long)int.MaxValue),
        };
        Range($"{path}.minimum", control.Minimum, least, most, "");
        Range($"{path}.maximum", control.Maximum, least, most, "");
        Range($"{path}.step", control.Step, 0, most, "");
        if (control.Minimum > control.Maximum)
            Add($"{path}.minimum", $"{control.Minimum} is more than the maximum, {control.Maximum}.");
        var values = new HashSet<long>();
        var names = new HashSet<string>();
        foreach (var item in control.Menu.IsDefault ? [] : control.Menu)
        {
            Text($"{path}.menu", item.Name, 1, ControlNameBytes);
            Range($"{path}.menu", item.Value, least, most, "");
            if (!values.Add(item.Value) || !names.Add(item.Name))
                Add($"{path}.menu", $"{item.Name} or its value {item.Value} is there twice.");
            if (control.HasLimits && (item.Value < control.Minimum || item.Value > control.Maximum))
                Add($"{path}.menu", $"{item.Name}: {item.Value} is not within {control.Minimum} to {control.Maximum}.");
        }
        if (control.Type.IsScalar())
            Default(path, control, least, most, values);
        else if (control.Default != 0 || !values.Count.Equals(0))
            Add($"{path}.default", $"a control of type {control.Type} has neither default nor menu; 0 and none would be right.");
    }

    private void Default(string path, ControlInfo control, long least, long most, HashSet<long> menu)
    {
        Range($"{path}.default", control.Default, least, most, "");
        if (!control.IsWritable)
            return;
        if (control.HasLimits)
            Range($"{path}.default", control.Default, control.Minimum, control.Maximum, control.Unit);
        if (menu.Count > 0 && !menu.Contains(control.Default))
            Add($"{path}.default", $"{control.Default} is not in the menu; {string.Join(", ", menu)} are.");
    }

    private void Text(string path, string text, int least, int most)
    {
        var bytes = Encoding.UTF8.GetByteCount(text ?? "");
        if (bytes < least || bytes > most)
            Add(path, $"'{text}' has {bytes} bytes; {least} to {most} are possible.");
        else if (text!.Any(char.IsControl))
            Add(path, "control characters are not possible here.");
    }

    private void Range(string path, long number, long least, long most, string unit, string? what = null)
    {
        if (number >= least && number <= most)
            return;
        var name = what is null ? "" : what + " ";
        Add(path, $"{name}{number} is out of range; {least} to {most}{(unit == "" ? "" : " " + unit)} are possible.");
    }

    private void Add(string path, string text) => _problems.Add(new ProfileProblem(path, text));
}
