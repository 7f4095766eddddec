package chainrule.studies.distil;

import chainrule.studies.Size;
import chainrule.studies.distil.School.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * How large all is.
 *
 * @param vocabulary tokens of the tokenizer
 * @param length of a row
 * @param learning the highest learning rate of teachers, and of the student's pretraining
 * @param pretraining steps of the student on answers alone
 * @param steps of teaching
 * @param questions to be answered, in {@code answer} tokens at most
 * @param measured rows of given answers
 */
record Plan(
        List<Rung> rungs,
        Shape student,
        int vocabulary,
        int length,
        double learning,
        long pretraining,
        long steps,
        int questions,
        int measured,
        int answer,
        long seeds) {
    /** A teacher's size and how often it has read the questions. */
    record Rung(String name, Shape shape, double epochs) {}

    /** What a student is taught by. */
    record Arm(String name, String objective, int teacher) {
        String title(List<Rung> rungs) {
            return teacher < 0 ? name : name + ", " + rungs.get(teacher).name;
        }
    }

    static Plan of(Size size) {
        return size == Size.SMOKE
                ? new Plan(
                        List.of(new Rung("T1", new Shape(1, 32, 2), 1), new Rung("T3", new Shape(2, 64, 2), 50)),
                        new Shape(1, 32, 2),
                        400,
                        48,
                        5e-3,
                        30,
                        60,
                        12,
                        24,
                        16,
                        1)
                : new Plan(
                        List.of(
                                new Rung("T1", new Shape(6, 192, 6), 1),
                                new Rung("T2", new Shape(8, 256, 8), 3),
                                new Rung("T3", new Shape(8, 256, 8), 15)),
                        new Shape(4, 128, 4),
                        2048,
                        160,
                        1e-3,
                        800,
                        400,
                        150,
                        400,
                        128,
                        3);
    }

    /** Plain and adaptive teaching by all teachers, parts by the larger ones, the reverse direction by the second. */
    List<Arm> arms() {
        List<Arm> arms = new ArrayList<>();
        arms.add(new Arm("hard labels", "next-token", -1));
        for (int t = 0; t < rungs.size(); t++) {
            arms.add(new Arm("forward KL", "forward-kl", t));
            arms.add(new Arm("ATKD", "atkd", t));
        }
        for (int t = 1; t < rungs.size(); t++) {
            arms.add(new Arm("TKD only", "decoupled:beta=0", t));
            arms.add(new Arm("DKD only", "decoupled:alpha=0", t));
        }
        arms.add(new Arm("reverse KL", "reverse-kl", 1));
        arms.add(new Arm("ATKD reverse", "atkd:direction=reverse", 1));
        return arms;
    }
}
