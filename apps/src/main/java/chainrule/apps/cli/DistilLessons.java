package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.model.family.Models;
import chainrule.objective.Distillation;
import chainrule.objective.Objective;
import chainrule.objective.distil.CachedTeacher;
import chainrule.objective.distil.ModelTeacher;
import chainrule.objective.distil.Teacher;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Examples;
import chainrule.train.Export;
import chainrule.train.RunFolder;
import chainrule.train.Sequences;
import chainrule.train.Written;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a student learns of its teacher. */
record DistilLessons(
        Distil asked,
        TrainedModel student,
        TrainingText.Rows rows,
        Decoder lm,
        Teacher live,
        Optional<CachedTeacher> cached,
        int end)
        implements Training.Lessons {

    static DistilLessons of(
            Distil asked, TrainedModel student, TrainingText.Rows rows, RunFolder folder, Console console)
            throws IOException {
        TokenizerFiles files = TrainingOptions.tokenizer(folder);
        Decoder lm = Models.load(asked.teachers()).in(asked.options().run.compute());
        try {
            Teacher live = ModelTeacher.of(lm);
            live.suits(student.net());
            int length = rows.windows().getFirst().length();
            if (length > lm.context()) {
                throw new BadInput("Rows of " + length + " tokens are longer than the teacher's context of "
                        + lm.context() + ": choose a smaller --length.");
            }
            return new DistilLessons(
                    asked,
                    student,
                    rows,
                    lm,
                    live,
                    asked.cache.map(k -> cached(asked, live, rows, files.folder(), k, console)),
                    files.end());
        } catch (RuntimeException | IOException e) {
            lm.close();
            throw e;
        }
    }

    private static CachedTeacher cached(
            Distil asked, Teacher live, TrainingText.Rows rows, Path folder, int kept, Console console) {
        Path file = asked.cacheFile.orElse(folder.resolve("answers-" + kept));
        long total = rows.windows().stream().mapToLong(w -> w.count()).sum();
        try (Progress line = console.progress("asking the teacher", total, Progress.Unit.COUNT)) {
            return CachedTeacher.of(file, live, rows.windows(), kept, done -> line.update(done, ""));
        }
    }

    private Teacher teacher() {
        return cached.isPresent() ? cached.get() : live;
    }

    @Override
    public Objective objective() {
        return Distillation.parse(asked.options().run.objective, teacher());
    }

    @Override
    public Examples training() {
        return asked.sequences().equals(new Sequences.Given())
                ? rows.training()
                : new Written(
                        rows.training(),
                        student.net(),
                        lm,
                        asked.sequences(),
                        asked.promptTokens(rows.windows().getFirst().length()),
                        end,
                        asked.options().run.seed);
    }

    @Override
    public Net net() {
        return student.net();
    }

    @Override
    public Export export() {
        return student;
    }

    @Override
    public void over() throws IOException {
        if (asked.report.isPresent() && rows.heldOut().isPresent()) {
            try (HuggingFaceTokenizer tokenizer = student.tokenizer().open()) {
                new TokenReport(tokenizer, teacher(), asked.options().run.batch)
                        .write(asked.report.get(), student.net(), rows.heldOut().get());
            }
        }
    }

    @Override
    public void close() {
        cached.ifPresent(CachedTeacher::close);
        lm.close();
    }
}
