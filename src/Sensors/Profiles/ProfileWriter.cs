using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Profiles;

/// <summary>Writes a profile so that people can read and change it: what is as in the catalogue, or as usual, is left out.</summary>
internal static class ProfileWriter
{
    /// <summary>The version of the file's form.</summary>
    public const int Version = 1;

    // Readable rather than fit for embedding in a web page.
    private static readonly JsonWriterOptions _options =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static byte[] Write(CameraProfile profile)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("name", profile.Name);
            if (profile.Model != "")
                json.WriteString("model", profile.Model);
            if (profile.Id != Guid.Empty)
                json.WriteString("id", profile.Id);
            if (profile.SyncGroup != Guid.Empty)
                json.WriteString("syncGroup", profile.SyncGroup);
            json.WriteNumber("pipelineDepth", profile.PipelineDepth);
            json.WriteString("timeBase", profile.TimeBase);
            json.WriteStartArray("formats");
            foreach (var offer in profile.Formats)
                Write(json, offer);
            json.WriteEndArray();
            json.WriteStartArray("controls");
            foreach (var control in profile.Controls)
                Write(json, control);
            json.WriteEndArray();
            if (profile.Vendors.Length > 0)
                Write(json, profile.Vendors);
            if (profile.Calibration is not null)
                json.WriteString("calibration", profile.Calibration);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>A number of a control as people write it: fixed-point in decimal digits.</summary>
    public static string Number(ControlType type, long number) =>
        type == ControlType.Fixed ? ControlValue.FixedText(number) : number.ToString(CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, FormatOffer offer)
    {
        json.WriteStartObject();
        json.WriteString("format", offer.Format.ToString());
        json.WriteStartArray("sizes");
        foreach (var size in offer.Sizes)
        {
            json.WriteStartObject();
            if (size.IsDiscrete && size is { StepWidth: 1, StepHeight: 1 })
                json.WriteString("size", $"{size.MinimumWidth}x{size.MinimumHeight}");
            else
            {
                json.WriteString("from", $"{size.MinimumWidth}x{size.MinimumHeight}");
                json.WriteString("to", $"{size.MaximumWidth}x{size.MaximumHeight}");
                json.WriteString("step", $"{size.StepWidth}x{size.StepHeight}");
            }
            if (size.ShortestInterval == size.LongestInterval)
                json.WriteString("interval", size.ShortestInterval.ToString());
            else
            {
                json.WriteString("shortest", size.ShortestInterval.ToString());
                json.WriteString("longest", size.LongestInterval.ToString());
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ControlInfo control)
    {
        ControlCatalogue.TryGet(control.Name, out var usual);
        if (control == usual)
        {
            json.WriteStringValue(control.Name);
            return;
        }
        json.WriteStartObject();
        json.WriteString("name", control.Name);
        Text("id", Hexadecimal(control.Id), usual is null ? null : Hexadecimal(usual.Id));
        Text("type", control.Type.ToString(), usual?.Type.ToString());
        Text("unit", control.Unit, usual?.Unit ?? "");
        Text("scope", control.Scope.ToString(), (usual?.Scope ?? ControlScope.Frame).ToString());
        Text("direction", control.Direction.ToString(), (usual?.Direction ?? ControlDirection.InOut).ToString());
        if (control.DelayFrames != (usual?.DelayFrames ?? 0))
            json.WriteNumber("delay", control.DelayFrames);
        if (control.IsTrigger != (usual?.IsTrigger ?? false))
            json.WriteBoolean("trigger", control.IsTrigger);
        if (control.MinimumCount != (usual?.MinimumCount ?? 1) || control.MaximumCount != (usual?.MaximumCount ?? 1))
            json.WriteRawValueAs("count", $"[{control.MinimumCount}, {control.MaximumCount}]");
        // A number's meaning depends on the type, so with another type none is left out.
        var numbers = usual?.Type == control.Type ? usual : null;
        Amount("minimum", control.Minimum, numbers?.Minimum);
        Amount("maximum", control.Maximum, numbers?.Maximum);
        Amount("step", control.Step, numbers?.Step);
        Amount("default", control.Default, numbers?.Default);
        if (!control.Menu.AsSpan().SequenceEqual(usual is null ? [] : usual.Menu.AsSpan()))
        {
            json.WriteStartObject("menu");
            foreach (var item in control.Menu)
                json.WriteRawValueAs(item.Name, Number(control.Type, item.Value));
            json.WriteEndObject();
        }
        Text("description", control.Description, usual?.Description ?? "");
        json.WriteEndObject();

        void Text(string name, string text, string? otherwise)
        {
            if (text != otherwise)
                json.WriteString(name, text);
        }

        void Amount(string name, long number, long? otherwise)
        {
            if (number != (otherwise ?? (usual is null ? 0 : null)))
                json.WriteRawValueAs(name, Number(control.Type, number));
        }
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<VendorNamespace> vendors)
    {
        json.WriteStartArray("vendors");
        foreach (var vendor in vendors)
        {
            json.WriteStartObject();
            json.WriteNumber("index", vendor.Index);
            json.WriteString("id", vendor.Id);
            json.WriteString("name", vendor.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Hexadecimal(uint id) => $"0x{id:X5}";

    private static void WriteRawValueAs(this Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }
}
