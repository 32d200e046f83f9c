using System.Collections.Immutable;
using System.Text;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Messages;

/// <summary>Takes a camera's profile apart for sending, as the bytes of the file that it would be saved in, and puts it together again.</summary>
internal sealed class ProfilePages
{
    /// <summary>
    /// Bytes of a profile that travels to another node: behind all of its pages, heartbeats wait for less than 0.1 s on a line of 100 Mbit/s.
    /// </summary>
    public const int MaximumBytes = 1 << 20;

    // Half of what Akka lets through.
    private const int PageBytes = 60_000;

    // More than the largest file has; bounds what a peer can make this node keep.
    private const int MaximumPages = (2 * CameraProfile.MaximumFileBytes) / PageBytes;

    private readonly Dictionary<int, byte[]> _pages = [];
    private ulong _attachment;

    /// <summary>How many bytes a profile has.</summary>
    public static int BytesOf(CameraProfile profile) => Encoding.UTF8.GetByteCount(profile.ToJson());

    /// <summary>A profile in parts that fit into messages.</summary>
    /// <param name="attachment">Whom they are for.</param>
    /// <param name="profile">The profile.</param>
    public static ImmutableArray<ProfilePage> Split(ulong attachment, CameraProfile profile) =>
        [.. Encoding.UTF8.GetBytes(profile.ToJson()).Chunk(PageBytes).Select((bytes, page) => new ProfilePage(attachment, page, bytes))];

    /// <summary>Takes a part; those of another attempt to attach are forgotten.</summary>
    public void Take(ProfilePage page)
    {
        if (page.Attachment != _attachment) _pages.Clear();
        _attachment = page.Attachment;
        if (page.Page is >= 0 and < MaximumPages && page.Bytes.Length <= PageBytes) _pages[page.Page] = page.Bytes;
    }

    /// <summary>The whole profile; null when a part is missing. The parts are forgotten.</summary>
    /// <param name="attachment">Of which attempt.</param>
    /// <param name="pages">How many parts there are.</param>
    /// <exception cref="FormatException">That is no profile; the message says what is wrong, and where.</exception>
    public CameraProfile? Join(ulong attachment, int pages)
    {
        byte[][] parts = [.. _pages.OrderBy(static page => page.Key).Select(static page => page.Value)];
        var isWhole = attachment == _attachment && pages == parts.Length && _pages.Keys.All(page => page < pages);
        _pages.Clear();
        return isWhole ? CameraProfile.Parse(parts.SelectMany(static part => part).ToArray(), "profile") : null;
    }
}
