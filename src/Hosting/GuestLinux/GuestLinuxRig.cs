using System.Globalization;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>What a guest of the rig sees.</summary>
/// <param name="Name">The guest.</param>
/// <param name="Camera">Its camera.</param>
/// <param name="Format">The camera's pixel format.</param>
/// <param name="Owner">Whether it owns the camera, or only watches that of another guest.</param>
/// <param name="Classical">Whether the camera has no controls for single frames.</param>
internal sealed record GuestSeat(string Name, string Camera, PixelFormat Format, bool Owner, bool Classical)
{
    /// <summary>How its device says it in tables.</summary>
    public string Role => Owner ? "owner" : "observer";
}

/// <summary>The rig of a trial with Linux guests: small pictures, since a guest's frames go through files of the host.</summary>
internal static class GuestLinuxRig
{
    /// <summary>The frame rate of every camera, a second.</summary>
    public const int Rate = 30;

    private const int Width = 320;
    private const int Height = 240;

    private static readonly PixelFormat[] Formats = [PixelFormats.Yuyv, PixelFormats.Nv12, PixelFormats.Raw10];

    /// <summary>The layout of a guest's frames.</summary>
    public static FrameLayout Layout(GuestSeat seat) => seat.Format.Layout(Width, Height);

    /// <summary>
    /// Who sees what: where guests stream, every second one watches the camera of the one before it; elsewhere each has its own.
    /// </summary>
    /// <param name="what">What they are to run.</param>
    /// <param name="count">How many guests.</param>
    public static IReadOnlyList<GuestSeat> Seats(GuestWork what, int count) =>
    [
        .. Enumerable.Range(0, count).Select(at =>
        {
            var owner = what != GuestWork.Stream || at % 2 == 0;
            var camera = owner ? at : at - 1;
            return new GuestSeat(
                $"linux{at + 1}", $"camera{camera + 1}", Formats[(what == GuestWork.Stream ? camera / 2 : camera) % Formats.Length], owner,
                what == GuestWork.PerFrame && at % 2 == 1);
        }),
    ];

    /// <summary>Writes the rig into a folder, which is its runtime folder too.</summary>
    /// <returns>The rig's path.</returns>
    public static string Write(string folder, IEnumerable<GuestSeat> seats)
    {
        var rig = Path.Combine(folder, "rig.yaml");
        GuestSeat[] all = [.. seats];
        File.WriteAllText(rig, string.Create(CultureInfo.InvariantCulture, $$"""
            rig: guest-linux
            runtime: .
            cameras:
            {{string.Join('\n', all.Where(seat => seat.Owner).Select(Camera))}}
            guests:
            {{string.Join('\n', all.Select(seat => $"  {seat.Name}: {{ cameras: {{ {seat.Camera}: {seat.Role} }} }}"))}}

            """));
        return rig;
    }

    /// <summary>A guest's vhost-user socket.</summary>
    public static string Socket(string folder, GuestSeat seat) => Path.Combine(folder, $"{seat.Name}.{seat.Camera}.sock");

    private static string Camera(GuestSeat seat) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {seat.Camera}: {{ sensor: synthetic, format: {seat.Format.Name}, size: {Width}x{Height}, rate: {Rate}{Control(seat)} }}");

    private static string Control(GuestSeat seat) => seat.Classical ? ", control: classical" : "";
}
