using System.Runtime.InteropServices;
using System.Text;

namespace CameraFabric.Fabric.Links;

/// <summary>A greeting that was understood.</summary>
/// <param name="Token">The token that it brings.</param>
/// <param name="Epoch">The epoch that the reader was offered.</param>
/// <param name="Window">Frames that the reader takes at most.</param>
/// <param name="Camera">The camera's id.</param>
/// <param name="Reader">The reader node's name.</param>
internal readonly record struct LinkGreeting(Guid Token, uint Epoch, int Window, string Camera, string Reader)
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads one.</summary>
    /// <param name="type">What came.</param>
    /// <param name="body">Its body.</param>
    /// <exception cref="LinkException">It is none, or of another version; the message says what is wrong.</exception>
    public static LinkGreeting Read(LinkMessage type, ReadOnlySpan<byte> body)
    {
        if (type != LinkMessage.Hello || body.Length < LinkHello.Bytes) throw new LinkException("what came first is no greeting of a link");
        var hello = MemoryMarshal.Read<LinkHello>(body);
        if (hello.Magic != LinkWire.Magic) throw new LinkException("what came first is no greeting of a link");
        if (hello.Version != LinkWire.Version)
        {
            throw new LinkException($"the reader speaks version {hello.Version} of the link protocol, this node version {LinkWire.Version}");
        }

        if (hello.Window is < 1 or > LinkWire.MaximumWindow)
        {
            throw new LinkException($"a window of {hello.Window} frames is not possible, only 1 to {LinkWire.MaximumWindow}");
        }

        var names = body[LinkHello.Bytes..];
        if (hello.CameraBytes is 0 or > LinkWire.MaximumName || hello.ReaderBytes is 0 or > LinkWire.MaximumName
            || hello.CameraBytes + hello.ReaderBytes != names.Length)
        {
            throw new LinkException($"names of {hello.CameraBytes} and {hello.ReaderBytes} bytes in {names.Length} are not possible, "
                + $"only 1 to {LinkWire.MaximumName} each");
        }

        try
        {
            var number = hello.Token;
            var token = new Guid(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in number)));
            return new LinkGreeting(token, hello.Epoch, (int)hello.Window, TextOf(names[..hello.CameraBytes]), TextOf(names[hello.CameraBytes..]));
        }
        catch (DecoderFallbackException)
        {
            throw new LinkException("a name in the greeting is not UTF-8");
        }
    }

    /// <summary>A reason that a peer gives: what cannot be shown in a log line is replaced.</summary>
    public static string ReasonOf(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LinkWire.MaximumReason)]);
        return string.Concat(text.Select(static letter => char.IsControl(letter) ? '?' : letter));
    }

    private static string TextOf(ReadOnlySpan<byte> bytes)
    {
        var text = _strict.GetString(bytes);
        return text.Any(char.IsControl) ? throw new LinkException("a name in the greeting has control characters") : text;
    }
}
