package chainrule.train;

import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.objective.Batch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** A run in a process of its own, which can be killed: {@code FOLDER start|resume never|slowly|batch NUMBER|checkpoint STEP}. */
public final class Child {
    static final Settings SETTINGS = Toy.settings(40, 4, 2, false);

    private Child() {}

    /** Starts one that stops moving at a place of which it tells by the file {@code FOLDER.there}. */
    static Process start(Path folder, String... words) throws IOException {
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                folder.toString()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(folder + ".log"))
                .start();
    }

    public static void main(String[] words) {
        Path folder = Path.of(words[0]);
        Place place = new Place(folder, words[2], words.length > 3 ? Long.parseLong(words[3]) : 0);
        boolean resume = words[1].equals("resume");
        try (RunFolder run = resume ? RunFolder.resume(folder) : RunFolder.create(folder, List.of());
                Decoder lm = resume ? Toy.load(run.checkpoint()) : Toy.fresh();
                Interrupt interrupt = new Interrupt()) {
            var task = new Trainer.Task(lm, place, Optional.of(Toy.HELD_OUT), place::export);
            Trainer.run(task, SETTINGS, run, new Observer() {}, interrupt);
        }
    }

    /** Where the process stops moving. */
    private record Place(Path folder, String kind, long at) implements Examples {
        @Override
        public long rows() {
            return Toy.TRAIN.rows();
        }

        @Override
        public Batch batch(long number, int count) {
            if (kind.equals("batch") && number == at) {
                stay();
            }
            if (kind.equals("slowly")) {
                LockSupport.parkNanos(50_000_000);
            }
            return Toy.TRAIN.batch(number, count);
        }

        @Override
        public String description() {
            return Toy.TRAIN.description();
        }

        void export(Net net, Path to) throws IOException {
            boolean here = kind.equals("checkpoint") && to.endsWith("step-" + at + ".tmp");
            if (here) {
                Files.writeString(to.resolve("model.safetensors"), "half of a");
                stay();
            }
            Toy.export(net, to);
        }

        private void stay() {
            try {
                Files.writeString(Path.of(folder + ".there"), "");
                new CountDownLatch(1).await();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
