namespace CameraFabric.Platform.Tests;

public sealed class LinuxExceptionTests
{
    [Fact]
    public void The_message_says_what_failed_and_why_in_words_and_by_name()
    {
        var failure = new LinuxException("mmap of 4096 bytes", 12);
        Assert.Equal("mmap of 4096 bytes failed: Cannot allocate memory (ENOMEM)", failure.Message);
        Assert.Equal(12, failure.ErrorNumber);
    }

    [Fact]
    public void Advice_follows_the_reason() =>
        Assert.EndsWith("(EMFILE); raise the limit", new LinuxException("open", 24, "raise the limit").Message, StringComparison.Ordinal);

    [Fact]
    public void An_error_without_a_listed_name_keeps_its_number() =>
        Assert.EndsWith("(errno 133)", new LinuxException("x", 133).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refused_call_of_the_kernel_carries_its_error_number()
    {
        using var file = MemoryFile.Create("sealed", 4096);
        Assert.Equal(1, Assert.Throws<LinuxException>(() => file.AddSeals(MemorySeals.Write)).ErrorNumber);
    }
}
