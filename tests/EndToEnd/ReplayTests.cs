
namespace CameraFabric.EndToEnd.Tests;

public sealed class ReplayTests
{
    [Fact]
    public async Task A_guest_saves_a_replayed_recording_byte_for_byte()
    {
        // A guest may stand still for more than a second before one of its eight requests is missing.
        const int Frames = 20, FrameBytes = 64 * 48 * 3 / 2;
        var pixels = new byte[Frames * FrameBytes];
        new Random(7).NextBytes(pixels);
        await using var rig = await RunningRig.StartAsync(
            """
            cameras: { drive: { sensor: replay, file: drive.y4m, loop: false } }
            guests: { recorder: { cameras: { drive: owner } } }
            """,
            folder =>
            {
                using var file = File.Create(Path.Combine(folder, "drive.y4m"));
                file.Write("YUV4MPEG2 W64 H48 F5:1 Ip A1:1 C420jpeg\n"u8);
                for (var frame = 0; frame < Frames; frame++)
                {
                    file.Write("FRAME\n"u8);
                    file.Write(pixels, frame * FrameBytes, FrameBytes);
                }
            });
        var saved = Path.Combine(rig.Folder, "saved.raw");

        using var guest = rig.StartGuest("recorder", "drive", "--frames", $"{Frames}", "--in-flight", "8", "--save", saved);
        var report = await RunningRig.ReportAsync(guest);

        Assert.True(report.Good, guest.Output + guest.Errors);
        Assert.Equal(pixels, await File.ReadAllBytesAsync(saved));
    }
}
