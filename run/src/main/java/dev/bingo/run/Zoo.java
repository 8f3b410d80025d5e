package dev.bingo.run;

import dev.bingo.torch.Names;
import java.net.URI;
import java.util.List;

/**
 * Released encoders that bingo reads, and where their owners publish them. Only files whose whole
 * SHA-256 is known are listed: what is fetched is the published file, or nothing.
 */
public final class Zoo {
  private static final String TORCHVISION =
      "BSD-3-Clause (torchvision); learnt from ImageNet-1k, whose terms are for research";
  private static final String AKAMASTER = "BSD-2-Clause; learnt from CIFAR-10";

  /**
   * One encoder.
   *
   * @param name by which it is asked for
   * @param what it is, in a few words
   * @param bytes of the file
   * @param sha256 of the file, in hex
   */
  public record Entry(
      String name, String what, String licence, long bytes, String sha256, URI address) {
    /** Of the file, as its owner calls it. */
    public String file() {
      String path = address.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** All that are known. */
  public static final List<Entry> ENTRIES =
      List.of(
          torchvision(
              "resnet18",
              "ResNet-18, ImageNet, with labels",
              46_830_571,
              "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec"),
          torchvision(
              "resnet34",
              "ResNet-34, ImageNet, with labels",
              87_319_819,
              "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f"),
          torchvision(
              "resnet50",
              "ResNet-50, ImageNet, with labels",
              102_530_333,
              "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a"),
          torchvision(
              "mobilenet_v3_small",
              "MobileNet-V3-Small, ImageNet, with labels",
              10_306_551,
              "047dcff4addef86ea5bc2eff13c9614dc11f47ab1160d0a71a25e7db994f4e1f"),
          akamaster(
              "resnet20",
              "ResNet-20, CIFAR-10, with labels",
              1_099_231,
              "12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8"),
          akamaster(
              "resnet56",
              "ResNet-56, CIFAR-10, with labels",
              3_471_733,
              "4bfd97631478d6b638d2764fd2baff3edb1d7d82252d54439343b6596b9b5367"));

  private Zoo() {}

  /**
   * By name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static Entry named(String name) {
    return ENTRIES.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no encoder '"
                        + name
                        + "' is known"
                        + Names.didYouMean(name, ENTRIES.stream().map(Entry::name).toList())));
  }

  /** A file's name ends with the first eight digits of its checksum, as PyTorch's hub has it. */
  private static Entry torchvision(String arch, String what, long bytes, String sha256) {
    URI address = URI.create("https://download.pytorch.org/models/" + file(arch, sha256, "pth"));
    return new Entry("torchvision-" + arch, what, TORCHVISION, bytes, sha256, address);
  }

  private static Entry akamaster(String arch, String what, long bytes, String sha256) {
    URI address =
        URI.create(
            "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"
                + file(arch, sha256, "th"));
    return new Entry("cifar10-" + arch, what, AKAMASTER, bytes, sha256, address);
  }

  private static String file(String arch, String sha256, String ending) {
    return arch + "-" + sha256.substring(0, 8) + "." + ending;
  }
}
