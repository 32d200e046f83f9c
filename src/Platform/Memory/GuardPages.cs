using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// Address space with a page on either side that nothing can touch: whoever runs over the end of a mapping put between them is ended by
/// the processor, before he changes somebody else's memory.
/// </summary>
internal static unsafe class GuardPages
{
    /// <summary>Takes address space, one page of it on either side of the piece that is given back.</summary>
    /// <param name="length">Bytes of the piece, a multiple of the page.</param>
    /// <param name="page">The page's size; the piece begins at a multiple of it.</param>
    /// <exception cref="LinuxException">No address space is left.</exception>
    public static byte* Reserve(nuint length, nuint page)
    {
        var whole = length + (2 * page);
        var start = (byte*)Libc.Map(null, whole + page, Libc.ProtectNone, Libc.MapPrivate | Libc.MapAnonymous | Libc.MapNoReserve, -1, 0);
        if (start == (void*)-1) throw LinuxException.For(Libc.LastError, $"reserving {whole} bytes of address space");

        // The kernel aligns to its own page, and huge ones are larger: what is too much before and behind goes back.
        var before = (page - ((nuint)start % page)) % page;
        if (before > 0) _ = Libc.Unmap(start, before);
        if (page > before) _ = Libc.Unmap(start + before + whole, page - before);
        return start + before + page;
    }

    /// <summary>Gives back the piece, whatever was mapped into it, and its guards; a page of 0 for a piece without.</summary>
    public static void Release(byte* piece, nuint length, nuint page) => _ = Libc.Unmap(piece - page, length + (2 * page));
}
