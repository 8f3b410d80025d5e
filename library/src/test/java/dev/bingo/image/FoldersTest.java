package dev.bingo.image;

import static dev.bingo.image.TestImages.encode;
import static dev.bingo.image.TestImages.png;
import static dev.bingo.image.TestImages.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path root;

  @Test
  void subFoldersAreClassesInSortedOrder() throws Exception {
    write(root.resolve("zebra/b.png"), png(1, 2, 3));
    write(root.resolve("ant/deep/er/a.JPEG"), encode("jpg", 8, 8));
    write(root.resolve("ant/z.WebP"), encode("webp", 8, 8));
    write(root.resolve("ant/notes.txt"), new byte[1]);
    write(root.resolve("ant/.hidden.png"), new byte[1]);
    write(root.resolve(".cache/c.png"), new byte[1]);
    Files.createDirectories(root.resolve("cow"));
    ImageSource source = ImageSources.open(root);
    assertThat(source.classes()).containsExactly("ant", "cow", "zebra");
    assertThat(ids(source)).containsExactly("ant/deep/er/a.JPEG", "ant/z.WebP", "zebra/b.png");
    assertThat(source.label(1)).isZero();
    assertThat(source.label(2)).isEqualTo(2);
    assertThat(source.read(2, Reduction.NONE).rgb()).startsWith(1, 2, 3);
    assertThat(source.dimensions(2)).isEqualTo(new Dimensions(8, 8));
    assertThat(source.describe()).contains("3 images, 3 classes");
  }

  @Test
  void partsOfADataSetAreNoClasses() throws Exception {
    String[][] parts = {
      {"Training", "Testing"},
      {"training", "validation", "notes"},
      {"train", "val", "annotations"},
      {"train2017", "val2017"},
      {"Train_Images", "test-set"},
      {"trainset", "testset"},
      {"test"},
      {"valid", "test"},
      {"train", "labels"},
      {"images", "labels"},
      {"JPEGImages", "Annotations", "Segmentation"},
      {"set/train", "set/test"},
      {"cat/train", "cat/val", "dog/train", "dog/val"},
      {"seg_train", "seg_test", "seg_pred"},
      {"trainA", "testA", "notes"},
    };
    for (String[] folders : parts) {
      Path set = root.resolve(String.join("+", folders).replace('/', '-'));
      for (String folder : folders) {
        write(set.resolve(folder).resolve("x/1.png"), png(1, 1, 1));
      }
      assertThatThrownBy(() -> ImageSources.open(set))
          .as(set.toString())
          .isInstanceOf(ImageSetException.class)
          .hasMessageContaining("parts of a data set and no classes")
          .hasMessageContaining("prefix=");
    }
    Path nested = root.resolve("set-train+set-test");
    assertThatThrownBy(() -> ImageSources.open(nested)).hasMessageContaining("prefix=set/train");
    assertThatThrownBy(() -> ImageSources.open(nested, SourceOptions.DEFAULT.withPrefix("set")))
        .hasMessageContaining("prefix=set/train");
    ImageSource part = ImageSources.open(nested, SourceOptions.DEFAULT.withPrefix("set/train"));
    assertThat(part.classes()).containsExactly("x");
  }

  @Test
  void classesMayHaveNamesOfPartsWhereTheyAreNone() throws Exception {
    for (String[] classes :
        new String[][] {{"bus", "car", "train"}, {"test tube", "vial"}, {"images", "text"}}) {
      Path set = root.resolve(classes[0]);
      for (String name : classes) {
        write(set.resolve(name).resolve("1.png"), png(1, 1, 1));
      }
      assertThat(ImageSources.open(set).classes()).containsExactly(classes);
    }
  }

  @Test
  void whatIsLeftOutIsCountedAndFoldersOfSystemsAreNoClasses() throws Exception {
    for (String image : List.of("a.jfif", "b.JPE", "c.jpg?w=300&h=200", "d.png")) {
      write(root.resolve("cat").resolve(image), png(1, 1, 1));
    }
    for (String other : List.of("e.gif", "f.GIF", "g.txt", "Thumbs.db", "README", ".hidden")) {
      write(root.resolve("cat").resolve(other), new byte[1]);
    }
    for (String folder : List.of("__MACOSX", "@eaDir", "lost+found", ".ipynb_checkpoints")) {
      write(root.resolve(folder).resolve("cat/x.jpg"), png(1, 1, 1));
    }
    write(root.resolve("dog/@eaDir/y.jpg"), png(1, 1, 1));
    write(root.resolve("beside.png"), png(1, 1, 1));
    ImageSource source = ImageSources.open(root);
    assertThat(ids(source))
        .containsExactly("cat/a.jfif", "cat/b.JPE", "cat/c.jpg?w=300&h=200", "cat/d.png");
    assertThat(source.classes()).containsExactly("cat", "dog");
    assertThat(source.describe())
        .contains("4 images, 2 classes; left out: 2 .gif, 2 folder @eaDir, 1 .db, 1 .txt")
        .contains("2 more kinds");
  }

  @Test
  void oneImageIsASetOfOne() throws Exception {
    write(root.resolve("photo.JPG"), encode("jpg", 8, 8));
    ImageSource source = ImageSources.open(root.resolve("photo.JPG"));
    assertThat(ids(source)).containsExactly("photo.JPG");
    assertThat(source.labelled()).isFalse();
    assertThat(source.dimensions(0)).isEqualTo(new Dimensions(8, 8));
  }

  @Test
  void aFlatFolderIsUnlabelled() throws Exception {
    write(root.resolve("b.tif"), encode("tiff", 8, 8));
    write(root.resolve("a.bmp"), encode("bmp", 8, 8));
    ImageSource source = ImageSources.open(root);
    assertThat(source.labelled()).isFalse();
    assertThat(source.label(0)).isEqualTo(ImageSource.UNLABELLED);
    assertThat(ids(source)).containsExactly("a.bmp", "b.tif");
  }

  @Test
  void oddNamesWorkAndSortByUtf8Bytes() throws Exception {
    List<String> sorted =
        List.of(
            " 1%2e.png", "a b\t#?.png", "a\nb.png", "é+&.png", "日本.png", "\uFB01.png", "😀.png");
    for (String name : sorted) {
      write(root.resolve(name), png(7, 7, 7));
    }
    ImageSource source = ImageSources.open(root);
    assertThat(ids(source)).containsExactlyInAnyOrderElementsOf(sorted);
    assertThat(ids(source)).isSortedAccordingTo(Names.ORDER);
    assertThat(ids(source).indexOf("\uFB01.png")).isLessThan(ids(source).indexOf("😀.png"));
    for (int i = 0; i < source.size(); i++) {
      assertThat(source.read(i, Reduction.NONE).rgb()).startsWith(7, 7, 7);
    }
  }

  @Test
  void namesThatAreNoUtf8AreReadAndKeptApart() throws Exception {
    write(root.resolve("ok.png"), png(7, 7, 7));
    run("sh", "-c", "cp ok.png \"$(printf '\\377').png\" && cp ok.png \"$(printf '\\376').png\"");
    ImageSource source = ImageSources.open(root);
    assertThat(ids(source)).hasSize(3).doesNotHaveDuplicates();
    for (int i = 0; i < 3; i++) {
      assertThat(source.read(i, Reduction.NONE).rgb()).startsWith(7, 7, 7);
    }
  }

  @Test
  void linksAreFollowedButNotInCircles() throws Exception {
    write(root.resolve("elsewhere/x.png"), png(1, 1, 1));
    Path set = Files.createDirectories(root.resolve("set"));
    write(set.resolve("a/y.png"), png(2, 2, 2));
    Files.createSymbolicLink(set.resolve("b"), root.resolve("elsewhere"));
    Files.createSymbolicLink(set.resolve("a/loop"), set);
    assertThat(ids(ImageSources.open(set))).containsExactly("a/y.png", "b/x.png");
  }

  @Test
  void pipesAndDanglingLinksAreBadImagesAndDoNotHang() throws Exception {
    write(root.resolve("a.png"), png(1, 1, 1));
    Files.createSymbolicLink(root.resolve("b.png"), root.resolve("nowhere"));
    run("mkfifo", "c.png");
    ImageSource source = ImageSources.open(root);
    assertThat(ids(source)).containsExactly("a.png", "b.png", "c.png");
    assertThatThrownBy(() -> source.read(1, Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessage("b.png: no such file");
    assertThatThrownBy(() -> source.read(2, Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("no regular file");
    assertThatThrownBy(() -> source.dimensions(2)).isInstanceOf(BadImageException.class);
    assertThat(source.fingerprint()).hasSize(64);
  }

  @Test
  void filesAboveTheBoundAreNotRead() throws Exception {
    write(root.resolve("a.png"), png(1, 1, 1));
    ImageSource source =
        ImageSources.open(root, SourceOptions.DEFAULT.withLimits(new ImageLimits(20, 100, 100)));
    assertThatThrownBy(() -> source.read(0, Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("allowed are 20");
  }

  @Test
  void imagesBesideClassFoldersAreLeftOutAndMentioned() throws Exception {
    write(root.resolve("a/x.png"), png(1, 1, 1));
    write(root.resolve("preview.png"), png(2, 2, 2));
    ImageSource source = ImageSources.open(root);
    assertThat(ids(source)).containsExactly("a/x.png");
    assertThat(source.describe()).contains("left out: 1 beside the class folders");
  }

  @Test
  void partsOfASetAreNotTakenForClasses() throws Exception {
    write(root.resolve("train/a/x.png"), png(1, 1, 1));
    write(root.resolve("val/a/y.png"), png(1, 1, 1));
    assertThatThrownBy(() -> ImageSources.open(root))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("train, val")
        .hasMessageContaining("prefix=train");
    ImageSource train = ImageSources.open(root, SourceOptions.DEFAULT.withPrefix("train/"));
    assertThat(ids(train)).containsExactly("a/x.png");
    assertThat(train.classes()).containsExactly("a");
    assertThatThrownBy(() -> ImageSources.open(root, SourceOptions.DEFAULT.withPrefix("test")))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("No sub-folder test");
  }

  @Test
  void theFingerprintFollowsTheContent() throws Exception {
    write(root.resolve("set/a/x.png"), png(1, 1, 1));
    write(root.resolve("set/b/y.png"), png(2, 2, 2));
    String first = ImageSources.open(root.resolve("set")).fingerprint();
    assertThat(first).matches("[0-9a-f]{64}");

    write(root.resolve("copy/b/y.png"), png(2, 2, 2));
    write(root.resolve("copy/a/x.png"), png(1, 1, 1));
    assertThat(ImageSources.open(root.resolve("copy")).fingerprint()).isEqualTo(first);

    write(root.resolve("copy/a/x.png"), png(1, 1, 9));
    String altered = ImageSources.open(root.resolve("copy")).fingerprint();
    Files.move(root.resolve("copy/a/x.png"), root.resolve("copy/a/w.png"));
    String renamed = ImageSources.open(root.resolve("copy")).fingerprint();
    write(root.resolve("copy/a/v.png"), png(3, 3, 3));
    String added = ImageSources.open(root.resolve("copy")).fingerprint();
    assertThat(List.of(first, altered, renamed, added)).doesNotHaveDuplicates();
  }

  private void run(String... command) throws IOException, InterruptedException {
    assumeTrue(!System.getProperty("os.name").startsWith("Windows"));
    Process process = new ProcessBuilder(command).directory(root.toFile()).start();
    assumeTrue(process.waitFor() == 0, "this file system has no such files");
  }

  static List<String> ids(ImageSource source) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < source.size(); i++) {
      ids.add(source.id(i));
    }
    return ids;
  }
}
