namespace Akka.TestKit;

/// <summary>A test class with this marker does not have <see cref="TestKitBase.TestActor"/> as its implicit sender.</summary>
public interface INoImplicitSender;
