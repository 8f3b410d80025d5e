package dev.bingo.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The pages, in Debian's Chromium. Without one these tests are skipped, and say so. */
class BrowserTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  @TempDir static Path profile;
  @TempDir Path folder;
  private static Fixture fixture;
  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws IOException {
    boolean there = Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
    if (!there) {
      System.err.println("BrowserTest is skipped: apt-get install chromium chromium-driver");
    }
    assumeTrue(there, "no chromium and chromium-driver");
    fixture = Fixture.get();
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, java.util.logging.Level.WARNING);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    browser = new ChromeDriver(service, options);
    browser.manage().window().setSize(new Dimension(1400, 900));
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  private static void go(int port, String page) {
    browser.get("http://127.0.0.1:" + port + "/" + page + "?token=" + Fixture.TOKEN);
  }

  private static void await(String what, java.util.function.BooleanSupplier condition) {
    new WebDriverWait(browser, Duration.ofSeconds(40))
        .withMessage(what)
        .until(b -> condition.getAsBoolean());
  }

  private static String text(String id) {
    return (String)
        browser.executeScript("return document.getElementById(arguments[0]).textContent", id);
  }

  private static void press(CharSequence keys) {
    new Actions(browser).sendKeys(keys).perform();
  }

  private static Object script(String code, Object... arguments) {
    return browser.executeScript(code, arguments);
  }

  @Test
  void twentyImagesAreLabelledByKeysThroughAKill() throws Exception {
    Standalone server = Standalone.start(fixture, folder, 0);
    int port = server.port();
    try {
      go(port, "label.html");
      await("an image to label", () -> text("why").contains(".png"));
      for (String name : List.of("red", "green", "blue")) {
        browser.findElement(By.id("name")).sendKeys(name + Keys.ENTER);
      }
      for (int i = 0; i < 10; i++) {
        label(i);
      }
      await("ten are labelled", () -> text("progress").startsWith("10 of 60"));
      server.kill();
      label(10);
      await("it says that one waits", () -> text("status").contains("not saved yet"));
      server = Standalone.start(fixture, folder, port);
      await("it is saved once the server is back", () -> text("progress").startsWith("11 of 60"));
      for (int i = 11; i < 20; i++) {
        label(i);
      }
      await("twenty are labelled", () -> text("progress").startsWith("20 of 60"));
      press("u");
      await("one is taken back", () -> text("progress").startsWith("19 of 60"));
      press("s");
      await("and skipped", () -> text("progress").contains("1 skipped"));
      press("g");
      await(
          "a group is shown", () -> browser.findElements(By.cssSelector("#group li")).size() > 10);
      press("2");
      await("all of it is labelled", () -> number(text("progress")) > 30);
    } finally {
      server.kill();
    }
    try (LabelLog log = LabelLog.open(folder)) {
      Labels labels = new Labels(VectorIndex.open(fixture.index()), log, List.of());
      assertThat(labels.state().skipped()).isEqualTo(1);
      assertThat(labels.state().classes().keySet())
          .containsExactlyInAnyOrder("red", "green", "blue");
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text.replaceAll("\\D.*", ""));
  }

  /** Presses a key and waits for the next image: people look before they press again. */
  private static void label(int i) {
    String before = text("why");
    press(Integer.toString(1 + i % 3));
    await("the next image", () -> !text("why").equals(before));
  }

  @Test
  void aDroppedFileIsSearchedFor() throws IOException {
    try (Server server = Server.start(fixture.site(folder), Fixture.settings(), m -> {})) {
      go(server.port(), "search.html");
      await("the encoder is named", () -> text("sides").contains("student"));
      script(
          "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));"
              + "const data = new DataTransfer(); data.items.add(new File([bytes], 'a.png'));"
              + "document.getElementById('drop').dispatchEvent("
              + "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))",
          Base64.getEncoder().encodeToString(fixture.image(9)));
      await("neighbours are shown", () -> text("sides").contains("09.png"));
      assertThat(firstFound()).contains("09.png");
      WebElement fourth = browser.findElements(By.cssSelector("#sides li button")).get(3);
      String name = fourth.getAttribute("title");
      fourth.click();
      await("what is pressed comes first", () -> firstFound().contains(name));
    }
  }

  private static String firstFound() {
    return (String) script("return document.querySelector('#sides li').textContent");
  }

  @Test
  void theMapShowsPointsAndALassoListsThem() throws IOException {
    try (Server server = Server.start(fixture.site(folder), Fixture.settings(), m -> {})) {
      go(server.port(), "map.html");
      await("the points", () -> text("status").startsWith("60 images"));
      await("something is painted", () -> (long) script("return bingoPlot.frames") > 0);
      press("l");
      WebElement plot = browser.findElement(By.id("plot"));
      int w = plot.getSize().width / 2 - 8;
      int h = plot.getSize().height / 2 - 8;
      new Actions(browser)
          .moveToElement(plot, -w, -h)
          .clickAndHold()
          .moveByOffset(2 * w, 0)
          .moveByOffset(0, 2 * h)
          .moveByOffset(-2 * w, 0)
          .release()
          .perform();
      await("all are in the lasso", () -> text("count").startsWith("60 images"));
      assertThat(browser.findElements(By.cssSelector("#pictures li"))).hasSize(60);
    }
  }

  /** No page complains on its console, needs sideways scrolling, or moves once it is there. */
  @Test
  void everyPageIsQuietAndFitsFrom400PixelsTo4K() throws IOException {
    Site site = fixture.site(folder);
    Runs runs = new OneRun();
    Bags bags = new Neighbours();
    try (Server server =
        Server.start(
            new Site(site.spaces(), null, site.images(), site.labelling(), runs, bags),
            Fixture.settings(),
            m -> {})) {
      browser.manage().logs().get(LogType.BROWSER);
      List<String> pages = List.of("index", "label", "search", "map", "bags", "runs", "api");
      Map<String, String> ready =
          Map.of(
              "index",
              "encoders",
              "label",
              "why",
              "search",
              "sides",
              "map",
              "legend",
              "bags",
              "bags",
              "runs",
              "charts",
              "api",
              "paths");
      boolean looked = !System.getProperty("shots", "").isEmpty();
      for (int width : looked ? new int[] {400, 1400, 3840} : new int[] {400, 3840}) {
        size(width);
        for (String page : pages) {
          go(server.port(), page + ".html");
          await(page + " has content", () -> !text(ready.get(page)).isBlank());
          long overflow = (long) script("return document.documentElement.scrollWidth - innerWidth");
          assertThat(overflow).as("%s at %d", page, width).isNotPositive();
          shot(page, width);
        }
      }
      List<String> complaints = new ArrayList<>();
      for (LogEntry entry : browser.manage().logs().get(LogType.BROWSER)) {
        // The map is asked for until it is made; browsers ask for an icon.
        if (!entry.getMessage().contains("409") && !entry.getMessage().contains("favicon")) {
          complaints.add(entry.getMessage());
        }
      }
      assertThat(complaints).isEmpty();
    } finally {
      browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }

  private static void size(int width) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            width,
            "height",
            width < 1000 ? 800 : width * 9 / 16,
            "deviceScaleFactor",
            1,
            "mobile",
            false));
  }

  /** To be looked at: {@code -Dshots=DIR}. */
  private static void shot(String page, int width) throws IOException {
    String wanted = System.getProperty("shots", "");
    if (wanted.isEmpty()) {
      return;
    }
    await(
        "pictures are loaded",
        () ->
            (boolean)
                script(
                    "return [...document.images].every(i => i.complete || i.loading === 'lazy')"));
    for (String scheme : List.of("light", "dark")) {
      browser.executeCdpCommand(
          "Emulation.setEmulatedMedia",
          Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
      byte[] png = browser.getScreenshotAs(org.openqa.selenium.OutputType.BYTES);
      Files.write(
          Files.createDirectories(Path.of(wanted))
              .resolve(String.format(Locale.ROOT, "%s-%d-%s.png", page, width, scheme)),
          png);
    }
  }

  private static final class OneRun implements Runs {
    @Override
    public List<Run> list() {
      Map<String, String> settings = Map.of("train.seed", "1", "train.batch", "64");
      return List.of(
          new Run("student-1", "running", "bingo", 20, 7, 3, 2, settings),
          new Run("student-2", "done", "bingo", 20, 20, 400, 0, Map.of("train.seed", "2")));
    }

    @Override
    public Lines metrics(String name, long from) {
      List<Map<String, Object>> lines = new ArrayList<>();
      for (int step = 0; step < 200 && from == 0; step++) {
        double loss = 3 + (name.endsWith("1") ? 4 : 5) * Math.exp(-step / 60.0);
        lines.add(Map.of("step", 10 * step, "loss", loss, "images_per_second", 900 + step % 7));
      }
      return new Lines(100, lines);
    }

    @Override
    public void stop(String name) {}
  }

  private static final class Neighbours implements Bags {
    @Override
    public int k() {
      return 5;
    }

    @Override
    public List<String> mates(String id) {
      int number = Integer.parseInt(id.substring(0, 2));
      List<String> mates = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        mates.add(String.format(Locale.ROOT, "%02d.png", (number + 3 * i) % Fixture.IMAGES));
      }
      return mates;
    }
  }
}
