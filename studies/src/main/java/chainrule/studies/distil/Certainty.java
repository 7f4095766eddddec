package chainrule.studies.distil;

import chainrule.model.Decoder;
import chainrule.objective.Batch;
import chainrule.objective.Distillation;
import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.Parts;
import chainrule.objective.distil.Teacher;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.train.Examples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * How sure a teacher is of given tokens, and what that leaves of its knowledge of the others.
 *
 * @param uncertainty the median of UNC
 * @param share Σ UNC · DKD / Σ (TKD + UNC · DKD) for a student
 */
record Certainty(double uncertainty, double share) {
    /** Over the first rows. */
    static Certainty of(Teacher teacher, Decoder student, Examples rows, int count) {
        Sums sums = new Sums(new ArrayList<>(), new double[2]);
        for (long i = 0; i < Math.min(count, rows.rows()); i++) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch one = rows.batch(i, 1);
                new Distillation(sums, teacher).sum(student, one);
            }
        }
        Collections.sort(sums.uncertainties);
        double median = sums.uncertainties.get((sums.uncertainties.size() - 1) / 2);
        return new Certainty(median, sums.parts[1] / (sums.parts[0] + sums.parts[1]));
    }

    /** KL(p ‖ q), whose parts are added up: all of TKD, then all of UNC · DKD. */
    private record Sums(List<Float> uncertainties, double[] parts) implements Divergence.Custom {
        @Override
        public double temperature() {
            return 1;
        }

        @Override
        public OnRows on(Whole batch) {
            return (_, rows) -> {
                Parts found = Parts.of(rows);
                for (float u : Ops.floats(found.uncertainty())) {
                    uncertainties.add(u);
                }
                parts[0] += found.target().sum().item_double();
                parts[1] += found.uncertainty().mul(found.diversity()).sum().item_double();
                return rows.kl();
            };
        }
    }
}
