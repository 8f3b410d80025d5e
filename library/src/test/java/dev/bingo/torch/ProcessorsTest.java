package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against files as the kernel, Docker and Kubernetes lay them out. */
class ProcessorsTest {
  private static final String V1 =
      """
      32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
      34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime shared:5 - cgroup cgroup rw,cpuset
      """;
  private static final String V2 =
      "30 23 0:26 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

  @TempDir Path root;

  @Test
  void allOfTheMachineWhereNothingLimits() throws Exception {
    machine("0-7", "0-127");
    assertThat(read(8)).hasToString("8 processors");
    assertThat(read(8).count()).isEqualTo(8);
  }

  @Test
  void affinityLimits() throws Exception {
    machine("0-7", "2,5-6");
    assertThat(read(8)).hasToString("3 of 8 processors: affinity");
  }

  @ParameterizedTest
  @CsvSource({
    "200000, 100000, 2, 2",
    "125000, 100000, 1, 1.25",
    "150000, 100000, 2, 1.50",
    "350000, 100000, 4, 3.50",
    "40000, 100000, 1, 0.400",
    "25000, 50000, 1, 0.500",
    "750000, 100000, 8, 7.50"
  })
  void aQuotaOfVersion2Limits(String quota, String period, int count, String words)
      throws Exception {
    machine("0-7", "0-7");
    file("proc/self/mountinfo", V2);
    file("proc/self/cgroup", "0::/system.slice/docker-1.scope\n");
    file("sys/fs/cgroup/system.slice/docker-1.scope/cpu.max", quota + " " + period + "\n");
    assertThat(read(8).count()).isEqualTo(count);
    assertThat(read(8).reason()).startsWith("the control group's quota of " + words);
  }

  @Test
  void theLeastQuotaOfAllGroupsAboveCounts() throws Exception {
    machine("0-7", "0-7");
    file("proc/self/mountinfo", V2);
    file("proc/self/cgroup", "0::/pod/container/inner\n");
    file("sys/fs/cgroup/pod/container/inner/cpu.max", "max 100000\n");
    file("sys/fs/cgroup/pod/container/cpu.max", "500000 100000\n");
    file("sys/fs/cgroup/pod/cpu.max", "300000 100000\n");
    assertThat(read(8).count()).isEqualTo(3);
  }

  @Test
  void aQuotaOfVersion1Limits() throws Exception {
    machine("0-7", "0-7");
    file("proc/self/mountinfo", V1);
    file("proc/self/cgroup", "3:cpuset:/\n1:cpu,cpuacct:/docker/1\n0::/\n");
    file("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "220000\n");
    file("sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000\n");
    file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assertThat(read(8).count()).isEqualTo(2);
  }

  @Test
  void aContainerSeesItsOwnGroupAtTheMountWhateverItsPath() throws Exception {
    machine("0-7", "0-7");
    file(
        "proc/self/mountinfo",
        "32 31 0:29 /docker/1 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
    file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
    file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    for (String path : new String[] {"/docker/1", "/../..", "/kubepods/other"}) {
      file("proc/self/cgroup", "1:cpu:" + path + "\n");
      assertThat(read(8).count()).as(path).isEqualTo(2);
    }
  }

  @Test
  void aCpusetIsNamedWhereItIsWhatNarrowsTheAffinity() throws Exception {
    machine("0-7", "4-5");
    file("proc/self/mountinfo", V1);
    file("proc/self/cgroup", "3:cpuset:/batch\n");
    file("sys/fs/cgroup/cpuset/batch/cpuset.effective_cpus", "4-5\n");
    assertThat(read(8)).hasToString("2 of 8 processors: the control group's cpuset");
    file("proc/self/mountinfo", V2);
    file("proc/self/cgroup", "0::/batch\n");
    file("sys/fs/cgroup/batch/cpuset.cpus.effective", "4-5\n");
    assertThat(read(8)).hasToString("2 of 8 processors: the control group's cpuset");
    machine("0-7", "4");
    assertThat(read(8)).hasToString("1 of 8 processors: affinity");
  }

  @Test
  void whatIsNotUnderstoodLimitsNothing() throws Exception {
    machine("0-3", "0-3");
    file("proc/self/mountinfo", V2 + "nonsense\n");
    file("proc/self/cgroup", "nonsense\n0::/\n");
    file("sys/fs/cgroup/cpu.max", "nonsense\n");
    assertThat(read(4).count()).isEqualTo(4);
  }

  @Test
  void theJvmsCountHoldsWhereItIsLessAndWhereThereIsNoLinux() throws Exception {
    assertThat(read(6)).hasToString("6 processors");
    machine("0-7", "0-7");
    assertThat(read(2).toString()).startsWith("2 of 8 processors: the JVM's count");
  }

  @Test
  void theUsersNumberOfThreadsHolds() {
    Processors two = new Processors(2, 8, "affinity");
    assertThat(Processors.threads(null, two)).isEqualTo(2);
    assertThat(Processors.threads("5", two)).isEqualTo(5);
    assertThat(Processors.threads("4,2", two)).isEqualTo(4);
    assertThat(Processors.threads("many", two)).isEqualTo(2);
  }

  private Processors read(int jvm) {
    return Processors.read(root, jvm);
  }

  private void machine(String online, String allowed) throws IOException {
    file("sys/devices/system/cpu/online", online + "\n");
    file("proc/self/status", "Name:\tjava\nCpus_allowed_list:\t" + allowed + "\n");
  }

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
