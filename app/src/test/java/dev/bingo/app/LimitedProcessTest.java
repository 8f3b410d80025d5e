package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes under real limits: {@code taskset}, and control groups where this user may make one.
 */
class LimitedProcessTest {
  @TempDir Path folder;

  @Test
  void threadsFollowTheAffinity() throws Exception {
    assumeThat(Path.of("/usr/bin/taskset")).isExecutable();
    assumeThat(Processors.available().count()).as("processors to choose from").isGreaterThan(1);
    String shell =
        "unset OMP_NUM_THREADS; taskset -p -c $(taskset -p -c $$ | grep -o '[0-9]*$') $$;";
    assertThat(said(shell)).contains("JVM 1, torch 1, 1 of ").contains("processors: affinity");
    String user = "export OMP_NUM_THREADS=3; taskset -p -c 0 $$ > /dev/null;";
    assertThat(said(user)).contains("torch 3, 1 of ");
  }

  @Test
  void threadsFollowAQuota() throws Exception {
    assumeThat(Processors.available().count()).as("processors to choose from").isGreaterThan(1);
    Path group = group();
    try {
      String shell = "unset OMP_NUM_THREADS; echo $$ > " + group.resolve("cgroup.procs") + ";";
      assertThat(said(shell)).contains("torch 1, 1 of ").contains("control group's quota of 1.25");
    } finally {
      Files.delete(group);
    }
  }

  /** A new control group with the time of one processor and a quarter. */
  private static Path group() throws IOException {
    String name = "bingo-test-" + ProcessHandle.current().pid();
    Path first = Path.of("/sys/fs/cgroup/cpu");
    Path second = Path.of("/sys/fs/cgroup");
    boolean version1 = Files.isWritable(first.resolve("cgroup.procs"));
    boolean version2 =
        Files.isWritable(second.resolve("cgroup.procs"))
            && Files.readString(second.resolve("cgroup.subtree_control")).contains("cpu");
    assumeThat(version1 || version2).as("this user may make a control group").isTrue();
    Path group = Files.createDirectory((version1 ? first : second).resolve(name));
    if (version1) {
      Files.writeString(group.resolve("cpu.cfs_quota_us"), "125000");
    } else {
      Files.writeString(group.resolve("cpu.max"), "125000 100000");
    }
    return group;
  }

  private String said(String shell) throws Exception {
    Path output = Files.createTempFile(folder, "output", "");
    try (Forked run = Forked.start(Counting.class, output, shell, List.of())) {
      assertThat(run.ended()).as(run.output()).isZero();
      return run.output();
    }
  }

  /** Says how many it counts. */
  static final class Counting {
    private Counting() {}

    public static void main(String[] arguments) {
      Engine.start();
      System.out.println(
          "JVM "
              + Runtime.getRuntime().availableProcessors()
              + ", torch "
              + torch.get_num_threads()
              + ", "
              + Processors.available());
    }
  }
}
