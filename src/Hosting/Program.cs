System.Console.WriteLine("camera-fabric");
