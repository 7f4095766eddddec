package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The command line in a process of its own, with its output in files of {@code folder}. */
record Child(Process process, Path folder) implements AutoCloseable {
    static Child start(Path folder, Map<String, String> environment, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(p -> Path.of(p).toAbsolutePath().toString())
                        .reduce((a, b) -> a + File.pathSeparator + b)
                        .orElse(""),
                "chainrule.apps.cli.Main"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile());
        builder.environment().remove("CHAINRULE_OFFLINE");
        builder.environment().putAll(environment);
        return new Child(builder.start(), folder);
    }

    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    String out() throws IOException {
        return Files.readString(folder.resolve("out.txt"));
    }

    String err() throws IOException {
        return Files.readString(folder.resolve("err.txt"));
    }

    /** Waits, as long as the process lives and for a minute at most, until something holds. */
    void await(BooleanSupplier condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.getAsBoolean()) {
            assertThat(process.isAlive()).as(err()).isTrue();
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.sleep(5);
        }
    }

    /** What Ctrl-C does. @return the exit code */
    int interrupt() throws IOException, InterruptedException {
        int sent = new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(sent).isZero();
        return end();
    }

    /** Waits for the end. @return the exit code */
    int end() throws InterruptedException {
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ends in time").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
