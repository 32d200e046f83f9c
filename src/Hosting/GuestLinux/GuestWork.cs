namespace CameraFabric.Hosting.GuestLinux;

/// <summary>What Linux guests of a trial run; each is a script below <c>eng/guest/root/what</c>.</summary>
internal enum GuestWork
{
    /// <summary><c>v4l2-ctl</c> streams; the frames are checked on the host, and one guest is killed half-way.</summary>
    Stream,

    /// <summary>Requests of the V4L2 Request API, each with another exposure.</summary>
    PerFrame,

    /// <summary><c>v4l2-compliance -s</c>.</summary>
    Compliance,

    /// <summary>The driver is loaded and unloaded, its device taken away and given back, its program killed.</summary>
    Lifecycle,
}

/// <summary>How they are called on the command line and in the guest.</summary>
internal static class GuestWorkWords
{
    private static readonly (GuestWork Work, string Word, int Guests)[] Table =
    [
        (GuestWork.Stream, "stream", 3), (GuestWork.PerFrame, "per-frame", 2), (GuestWork.Compliance, "compliance", 3),
        (GuestWork.Lifecycle, "lifecycle", 1),
    ];

    /// <summary>All words, for help.</summary>
    public static string All => string.Join(", ", Table.Select(row => row.Word));

    /// <summary>The word.</summary>
    public static string Word(this GuestWork work) => Table.Single(row => row.Work == work).Word;

    /// <summary>How many guests it takes to show it, unless somebody says otherwise.</summary>
    public static int Guests(this GuestWork work) => Table.Single(row => row.Work == work).Guests;

    /// <summary>The work of a word.</summary>
    /// <exception cref="ArgumentException">There is none; the message says which there are.</exception>
    public static GuestWork Parse(string word) => Array.FindIndex(Table, row => row.Word == word) is >= 0 and var at
        ? Table[at].Work
        : throw new ArgumentException($"--what {word} is nothing that a guest runs: write {All}");
}
