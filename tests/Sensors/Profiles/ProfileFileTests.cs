using System.Text;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Profiles;

public sealed class ProfileFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("profile");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Saved_profile_is_loaded_as_it_was()
    {
        var path = Path.Combine(_folder.FullName, "camera.json");
        Properties.Hold(decisions =>
        {
            var profile = ProfileScenarios.Make(decisions);
            profile.Save(path);
            var loaded = CameraProfile.Load(path);
            Assert.Equal(profile, loaded);
            Assert.Equal(profile.GetHashCode(), loaded.GetHashCode());
            Assert.Equal(profile.ToJson(), loaded.ToJson());
        });
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void File_is_readable_and_leaves_out_what_is_usual()
    {
        var profile = Parse("""
            { // A comment, and a comma too many, are no harm.
              "name": "front", "pipelineDepth": 2,
              "formats": [{ "format": "nv12", "sizes": [
                { "size": "1920x1080", "interval": "1/30" },
                { "from": "64x48", "to": "640x480", "step": "16x8", "shortest": "1/60", "longest": "1/5" }, ] }],
              "controls": ["AeEnable", { "name": "AnalogueGain", "maximum": 15.5, "delay": 2 },
                { "name": "acme.Boost", "id": "0x80010001", "type": "Int32", "maximum": 3, "menu": { "Off": 0, "Full": 3 } }],
              "vendors": [{ "index": 1, "id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "name": "acme" }],
            }
            """);
        Assert.Equal(ControlCatalogue.AnalogueGain with { Maximum = 15 * 65536 + 32768, DelayFrames = 2 },
            profile.Find(ControlCatalogue.AnalogueGain.Id));
        Assert.Equal("""
            {
              "version": 1,
              "name": "front",
              "pipelineDepth": 2,
              "timeBase": "monotonic",
              "formats": [
                {
                  "format": "NV12",
                  "sizes": [
                    {
                      "size": "1920x1080",
                      "interval": "1/30"
                    },
                    {
                      "from": "64x48",
                      "to": "640x480",
                      "step": "16x8",
                      "shortest": "1/60",
                      "longest": "1/5"
                    }
                  ]
                }
              ],
              "controls": [
                "AeEnable",
                {
                  "name": "AnalogueGain",
                  "delay": 2,
                  "maximum": 15.5
                },
                {
                  "name": "acme.Boost",
                  "id": "0x80010001",
                  "type": "Int32",
                  "maximum": 3,
                  "menu": {
                    "Off": 0,
                    "Full": 3
                  }
                }
              ],
              "vendors": [
                {
                  "index": 1,
                  "id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
                  "name": "acme"
                }
              ]
            }

            """, profile.ToJson());
    }

    [Theory]
    [InlineData("", "(1,1): this is no JSON")]
    [InlineData("[]", "(1,1): a list stands where an object for a camera profile would be right.")]
    [InlineData("{ \"name\": \"x\"\n  \"model\": 1 }", "(2,3): this is no JSON")]
    [InlineData("{ \"name\": \"\\ud800\" }", "(1,11): this text is no valid Unicode.")]
    [InlineData("{} 1", "(1,4): this is no JSON")]
    public void Text_that_is_no_profile_at_all_is_refused_with_its_place(string json, string error) =>
        Assert.StartsWith("test" + error, Errors(json)[0], StringComparison.Ordinal);

    [Fact]
    public void Every_error_is_reported_with_its_place_and_what_would_be_right()
    {
        var errors = Errors("""
            {
              "version": 2,
              "nmae": "front",
              "id": "front",
              "pipelineDepth": 1.5,
              "formats": [
                { "format": "NV12X", "sizes": [
                  { "size": "1920*1080", "interval": "30" },
                  { "size": "64x48", "to": "1x1", "shortest": "1/30" } ] } ],
              "controls": [
                "ExposurTime", 7,
                { "name": "Boost" },
                { "name": "AfMode", "scope": "Fraem", "delay": "2", "default": 1.5, "trigger": 1, "count": [1] },
                { "name": "Gamma", "maximum": 40000, "id": 5, "menu": [], "name": "Gamma" } ],
              "vendors": [ { "index": 40000 } ]
            }
            """);
        Assert.Equal(
        [
            "test(1,1): 'name' is missing.",
            "test(2,14): version 2 is not known; 1 would be right.",
            "test(3,11): 'nmae' is not known for a camera profile; version, name, model, id, syncGroup, pipelineDepth, timeBase, formats, "
                + "controls, vendors, calibration are. Did you mean 'name'?",
            "test(4,9): the text \"front\" is no identity; a UUID such as \"6f9619ff-8b86-4011-b42d-00cf4fc964ff\" would be right.",
            "test(5,20): 'pipelineDepth' is 1.5; a whole number would be right.",
            "test(7,17): 'NV12X' is no pixel format; a name or code such as NV12, YUYV, RAW12P or 'Z16 ' would be right. "
                + "Did you mean 'NV12'?",
            "test(8,17): the text \"1920*1080\" is no size; width and height such as \"1920x1080\" would be right.",
            "test(8,42): the text \"30\" is no frame interval; seconds as a fraction such as \"1/30\" would be right.",
            "test(9,7): either 'interval', or 'shortest' and 'longest' would be right.",
            "test(9,7): either 'size', or 'from' and 'to' (and perhaps 'step') would be right.",
            "test(11,5): the catalogue has no control 'ExposurTime'; for a vendor's own, an object with name, id and type would be right. "
                + "Did you mean 'ExposureTime'?",
            "test(11,20): 7 stands where an object for a control would be right.",
            "test(12,15): the catalogue has no control 'Boost'; a control of a vendor's own needs 'id' and 'type'.",
            "test(13,34): 'scope' is the text \"Fraem\"; Frame, Global, Configure are possible.",
            "test(13,52): 'delay' is the text \"2\"; a whole number would be right.",
            "test(13,68): 1.5 stands where a whole number would be right.",
            "test(13,84): 1 stands where true or false would be right.",
            "test(13,96): 'count' is the least and the most number of elements, such as [1, 4].",
            "test(14,35): 40000 is no fixed-point number; -32768 to 32767.99998 is possible, such as 1.5.",
            "test(14,48): 5 is no control's id; a hexadecimal text such as \"0x80010001\" would be right.",
            "test(14,59): a list stands where an object such as { \"Off\": 0, \"On\": 1 } would be right.",
            "test(14,71): 'name' is there twice.",
            "test(15,16): 'name' is missing.",
            "test(15,27): 'index' of a vendor is a number from 0 to 32767.",
        ], errors);
    }

    [Fact]
    public void What_makes_no_sense_is_reported_with_its_place()
    {
        var errors = Errors("""
            {
              "name": "front",
              "formats": [
                { "format": "NV12", "sizes": [ { "size": "1921x1080", "interval": "1/30" } ] } ],
              "controls": [ "AeEnable",
                { "name": "ExposureTime", "delay": 99 },
                { "name": "Boost", "id": "0x80010001", "type": "Int32" } ]
            }
            """);
        Assert.Equal(
        [
            "test(4,46): formats[0].sizes[0].from: width 1921 is not a multiple of 2, as the format wants; 1922 would be right.",
            "test(6,40): controls[1].delay: 99 is out of range; 0 to 64 frames are possible.",
            "test(7,30): controls[2].id: 0x80010001 is of vendor 1, who is not among the vendors.",
        ], errors);
    }

    [Fact]
    public void Any_text_is_loaded_or_refused_with_a_place() => Properties.Hold(decisions =>
    {
        var json = Encoding.UTF8.GetBytes(ProfileScenarios.Make(decisions).ToJson());
        for (var i = decisions.Between(1, 3); i > 0; i--)
            json[decisions.Below(json.Length)] = decisions.Of((byte)'"', (byte)'{', (byte)'9', (byte)'-', (byte)',', (byte)' ', (byte)'\n',
                (byte)0, (byte)0xFF);
        try
        {
            CameraProfile.Parse(json.AsSpan(0, decisions.Chance(4) ? decisions.Below(json.Length) : json.Length), "test");
        }
        catch (FormatException error)
        {
            Assert.Matches(@"^test\(\d+,\d+\): ", error.Message);
        }
    });

    [Fact]
    public void Column_counts_characters_and_a_byte_order_mark_is_skipped()
    {
        var error = Errors("\uFEFF{ /*üüü*/ \"ä\": 1, \"name\": \"x\", \"formats\": [] }")[0];
        Assert.StartsWith("test(1,16): 'ä' is not known for a camera profile", error, StringComparison.Ordinal);
    }

    [Fact]
    public void File_is_named_in_the_error()
    {
        var path = Path.Combine(_folder.FullName, "camera.json");
        File.WriteAllText(path, "{");
        Assert.StartsWith($"{path}(1,2): ", Assert.Throws<FormatException>(() => CameraProfile.Load(path)).Message,
            StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => CameraProfile.Load(path + "x"));
        using (var large = File.Create(path))
            large.SetLength(CameraProfile.MaximumFileBytes + 1);
        Assert.Contains("at most", Assert.Throws<FormatException>(() => CameraProfile.Load(path)).Message, StringComparison.Ordinal);
    }

    private static CameraProfile Parse(string json) => CameraProfile.Parse(Encoding.UTF8.GetBytes(json), "test");

    private static string[] Errors(string json) => Assert.Throws<FormatException>(() => Parse(json)).Message.Split('\n');
}
