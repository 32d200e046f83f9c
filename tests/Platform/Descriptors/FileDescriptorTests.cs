namespace CameraFabric.Platform.Tests.Descriptors;

public sealed class FileDescriptorTests
{
    [Fact]
    public void Disposing_closes_it_once()
    {
        var name = OpenDescriptors.UniqueName();
        var file = MemoryFile.Create(name, 4096);
        Assert.Equal(1, OpenDescriptors.CountOf(name));
        file.Descriptor.Dispose();
        file.Descriptor.Dispose();
        Assert.Equal(0, OpenDescriptors.CountOf(name));
        Assert.Throws<ObjectDisposedException>(() => file.Descriptor.Number);
    }

    [Fact]
    public void Disposing_a_descriptor_that_is_not_owned_leaves_it_open()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        new FileDescriptor(file.Descriptor.Number, ownsHandle: false).Dispose();
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void A_duplicate_is_another_number_for_the_same_file_and_close_on_exec()
    {
        var name = OpenDescriptors.UniqueName();
        var file = MemoryFile.Create(name, 4096);
        using var duplicate = file.Descriptor.Duplicate();
        Assert.NotEqual(file.Descriptor.Number, duplicate.Number);
        Assert.True(OpenDescriptors.IsCloseOnExec(duplicate));
        file.Dispose();
        Assert.Contains(name, OpenDescriptors.TargetOf(duplicate), StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_is_a_valid_number_and_minus_one_is_not()
    {
        using var zero = new FileDescriptor(0, ownsHandle: false);
        using var none = new FileDescriptor(-1);
        Assert.False(zero.IsInvalid);
        Assert.True(none.IsInvalid);
    }

    [Fact]
    public void A_closed_descriptor_is_refused_before_it_reaches_the_kernel()
    {
        var file = MemoryFile.Create("closed", 4096);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(file.Descriptor.Duplicate);
        Assert.Throws<ObjectDisposedException>(() => file.Seals);
    }

    [Fact]
    public void Everything_that_is_made_here_is_close_on_exec()
    {
        using var memory = MemoryFile.Create("exec", 4096);
        using var signal = EventFd.Create();
        using var poller = new Poller();
        using var folder = new TemporaryFolder();
        using var listener = UnixListener.Bind(folder.File("s"));
        using var client = UnixSocket.Connect(listener.Path);
        using var accepted = listener.Accept(OpenDescriptors.Patience)!;
        var (first, second) = UnixSocket.Pair();
        using (first)
        using (second)
        {
            Assert.All(
                [
                    memory.Descriptor, signal.Descriptor, poller.Descriptor, listener.Descriptor,
                    client.Descriptor, accepted.Descriptor, first.Descriptor, second.Descriptor,
                ],
                descriptor => Assert.True(OpenDescriptors.IsCloseOnExec(descriptor), OpenDescriptors.TargetOf(descriptor)));
        }
    }
}
