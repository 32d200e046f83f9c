using System.Runtime.ExceptionServices;

namespace CameraFabric.Platform.Tests;

/// <summary>Runs something on a thread of its own, and gives back what it returned or threw.</summary>
internal sealed class RealThread<T>
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;
    private T? _result;

    public RealThread(Func<T> body)
    {
        _thread = new Thread(() =>
        {
            try
            {
                _result = body();
            }
            catch (Exception failure)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }
        }) { IsBackground = true };
        _thread.Start();
    }

    public T Result()
    {
        Assert.True(_thread.Join(OpenDescriptors.Patience), "the thread did not end");
        _failure?.Throw();
        return _result!;
    }
}
