namespace CameraFabric.Hosting.Nodes;

/// <summary>
/// A child's view of its parent: the pipe that is its standard input. The kernel closes the other end when the parent ends, however it ends.
/// (A parent-death signal would come when the parent's thread ends that has started the child.)
/// </summary>
internal sealed class ParentWatch
{
    private readonly CancellationTokenSource _gone = new();

    private ParentWatch(Stream input)
    {
        // It waits there for as long as the process lives; a pool's thread has better things to do.
        new Thread(() => Watch(input)) { IsBackground = true, Name = "parent watch" }.Start();
    }

    /// <summary>Cancelled when the parent has closed the pipe or has ended.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Begins to watch.</summary>
    /// <param name="input">The pipe.</param>
    public static ParentWatch Start(Stream input) => new(input);

    private void Watch(Stream input)
    {
        var buffer = new byte[64];
        try
        {
            while (input.Read(buffer) > 0)
            {
                // A parent says nothing; whatever comes is not its end.
            }
        }
        catch (IOException)
        {
            // A pipe that cannot be read has nobody at its other end.
        }

        _gone.Cancel();
    }
}
