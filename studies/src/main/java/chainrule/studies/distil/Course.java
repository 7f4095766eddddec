package chainrule.studies.distil;

import chainrule.Progress;
import chainrule.model.Decoder;
import chainrule.nn.Compute;
import chainrule.objective.Distillation;
import chainrule.objective.NextToken;
import chainrule.objective.Objective;
import chainrule.objective.distil.ModelTeacher;
import chainrule.studies.Finding;
import chainrule.studies.Lab;
import chainrule.studies.Outcome;
import chainrule.studies.distil.School.Shape;
import chainrule.studies.page.Bars;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Examples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** One run of the study: teachers are made, students are taught and examined. */
final class Course {
    static final int ROWS = 8;

    private static final double TEACHING = 5e-4;

    /** What is concluded. */
    interface Judge {
        List<Finding> findings(List<Certainty> certainties, Map<Plan.Arm, List<Exam.Marks>> marks);
    }

    private final Plan plan;
    private final Questions questions;
    private final HuggingFaceTokenizer tokenizer;
    private final Lab lab;
    private final School school;
    private final Lines training;
    private final Exam exam;

    Course(Plan plan, Questions questions, HuggingFaceTokenizer tokenizer, Lab lab) {
        this.plan = plan;
        this.questions = questions;
        this.tokenizer = tokenizer;
        this.lab = lab;
        this.school =
                new School(tokenizer.size(), plan.length(), ROWS, lab.compute().orElse(Compute.forTraining()));
        this.training = Lines.of(questions.training(), tokenizer, plan.length());
        this.exam = new Exam(
                questions.asked().stream().limit(plan.questions()).toList(),
                Lines.of(questions.measured().stream().limit(plan.measured()).toList(), tokenizer, plan.length())
                        .inOrder(),
                tokenizer,
                plan.answer());
    }

    Outcome held(Judge judge) throws IOException {
        List<Decoder> teachers = new ArrayList<>();
        List<Decoder> students = new ArrayList<>();
        try {
            for (Plan.Rung rung : plan.rungs()) {
                teachers.add(grown(rung.shape(), 100, "teacher " + rung.name(), training.shuffled(1), epochs(rung)));
            }
            for (long seed = 0; seed < plan.seeds(); seed++) {
                Examples plain = Lines.plain(questions.training(), tokenizer, plan.length(), seed);
                students.add(grown(plan.student(), seed, "student " + seed, plain, plan.pretraining()));
            }
            return judged(teachers, students, judge);
        } finally {
            teachers.forEach(Decoder::close);
            students.forEach(Decoder::close);
        }
    }

    private long epochs(Plan.Rung rung) {
        return Math.round(rung.epochs() * training.count() / ROWS);
    }

    private Decoder grown(Shape shape, long seed, String what, Examples examples, long steps) throws IOException {
        Decoder lm = school.fresh(shape, seed);
        lab.kept()
                .once(what, lm.parameters(), () -> teach(lm, new NextToken(), examples, steps, plan.learning(), what));
        return lm;
    }

    private void teach(Decoder lm, Objective objective, Examples examples, long steps, double rate, String what)
            throws IOException {
        try (Progress line = lab.progress(what, steps)) {
            school.train(lm, objective, examples, steps, rate, done -> line.update(done, ""));
        }
    }

    private Outcome judged(List<Decoder> teachers, List<Decoder> students, Judge judge) throws IOException {
        List<Certainty> certainties = new ArrayList<>();
        for (Decoder t : teachers) {
            certainties.add(Certainty.of(ModelTeacher.of(t), students.getFirst(), training.inOrder(), plan.measured()));
        }
        Map<Plan.Arm, List<Exam.Marks>> marks = new LinkedHashMap<>();
        for (Plan.Arm arm : plan.arms()) {
            for (int seed = 0; seed < students.size(); seed++) {
                String what = arm.title(plan.rungs()) + ", seed " + seed;
                Decoder student = students.get(seed);
                long order = seed + 10L;
                marks.computeIfAbsent(arm, _ -> new ArrayList<>())
                        .add(lab.kept().once(what, Exam.Marks.class, () -> {
                            try (Decoder lm = school.like(plan.student(), student)) {
                                Objective objective = arm.teacher() < 0
                                        ? Objective.parse(arm.objective())
                                        : Distillation.parse(
                                                arm.objective(), ModelTeacher.of(teachers.get(arm.teacher())));
                                teach(lm, objective, training.shuffled(order), plan.steps(), TEACHING, what);
                                return exam.of(lm);
                            }
                        }));
            }
        }
        List<Exam.Marks> masters = teachers.stream().map(exam::of).toList();
        return new Outcome(
                LongStream.range(0, plan.seeds()).boxed().toList(),
                judge.findings(certainties, marks),
                List.of(teachersTable(certainties, masters), studentsTable(marks)),
                List.of(new Bars(
                        "ROUGE-L of answers",
                        "points",
                        marks.entrySet().stream()
                                .map(e -> new Bars.Bar(
                                        e.getKey().title(plan.rungs()), mean(e.getValue(), Exam.Marks::rouge)))
                                .toList())),
                examples(marks),
                List.of(
                        "Teachers and students are tiny, trained from scratch on one subject: effects of one to three"
                                + " percent, as in the paper, can drown here in the spread between seeds.",
                        "Uncertainty and share are of training rows, which the students learn from; the share is that of"
                                + " the student before it is taught."));
    }

    private static double mean(List<Exam.Marks> marks, ToDoubleFunction<Exam.Marks> mark) {
        return marks.stream().mapToDouble(mark).average().orElseThrow();
    }

    private Outcome.Table teachersTable(List<Certainty> certainties, List<Exam.Marks> masters) {
        List<List<Object>> rows = new ArrayList<>();
        for (int t = 0; t < masters.size(); t++) {
            Exam.Marks m = masters.get(t);
            Certainty c = certainties.get(t);
            rows.add(List.of(
                    plan.rungs().get(t).name(),
                    c.uncertainty(),
                    c.share(),
                    m.rouge(),
                    m.exact(),
                    m.accuracy(),
                    m.perplexity()));
        }
        return new Outcome.Table(
                "Teachers",
                List.of("teacher", "median UNC", "DKD share", "ROUGE-L", "exact %", "top-1 %", "perplexity"),
                rows);
    }

    private Outcome.Table studentsTable(Map<Plan.Arm, List<Exam.Marks>> marks) {
        List<List<Object>> rows = new ArrayList<>();
        marks.forEach((arm, all) -> rows.add(List.of(
                arm.title(plan.rungs()),
                mean(all, Exam.Marks::rouge),
                all.stream().mapToDouble(Exam.Marks::rouge).max().orElseThrow()
                        - all.stream().mapToDouble(Exam.Marks::rouge).min().orElseThrow(),
                mean(all, Exam.Marks::exact),
                mean(all, Exam.Marks::accuracy),
                mean(all, Exam.Marks::perplexity))));
        return new Outcome.Table(
                "Students, means over seeds",
                List.of("taught by", "ROUGE-L", "range over seeds", "exact %", "top-1 %", "perplexity"),
                rows);
    }

    private List<Outcome.Example> examples(Map<Plan.Arm, List<Exam.Marks>> marks) {
        int surest = plan.rungs().size() - 1;
        List<Outcome.Example> examples = new ArrayList<>();
        for (int q = 0; q < Math.min(3, exam.questions().size()); q++) {
            int question = q;
            List<Outcome.Continuation> texts = new ArrayList<>();
            texts.add(
                    new Outcome.Continuation("the data", exam.questions().get(q).answer()));
            marks.forEach((arm, all) -> {
                if (arm.teacher() == surest && List.of("forward KL", "ATKD").contains(arm.name())) {
                    String answer = all.getFirst().answers().get(question);
                    texts.add(new Outcome.Continuation(arm.title(plan.rungs()), answer));
                }
            });
            examples.add(new Outcome.Example(exam.questions().get(q).question(), texts));
        }
        return examples;
    }
}
