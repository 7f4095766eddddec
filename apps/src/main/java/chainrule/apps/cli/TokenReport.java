package chainrule.apps.cli;

import chainrule.checkpoint.AtomicFile;
import chainrule.model.CausalLM;
import chainrule.objective.Batch;
import chainrule.objective.Distillation;
import chainrule.objective.distil.Compared;
import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.Parts;
import chainrule.objective.distil.Teacher;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.Tokenizer;
import chainrule.train.Examples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.pytorch.NoGradGuard;
import tools.jackson.databind.json.JsonMapper;

/** How sure a teacher is of each token, and how far a student is from it in both parts, as JSON lines. */
record TokenReport(Tokenizer tokenizer, Teacher teacher, int batch) {
    /** Every token of the rows, in their order. */
    void write(Path file, CausalLM student, Examples rows) throws IOException {
        StringBuilder lines = new StringBuilder();
        long batches = Math.ceilDiv(rows.rows(), batch);
        for (long i = 0; i < batches; i++) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch some = rows.batch(i, batch);
                int length = (int) some.targets().size(1);
                new Distillation(new Noted(lines, tokenizer, i * batch, length), teacher).sum(student, some);
            }
        }
        AtomicFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The divergence KL(p ‖ q), whose parts are noted. */
    private record Noted(StringBuilder lines, Tokenizer tokenizer, long first, int length)
            implements Divergence.Custom {
        @Override
        public double temperature() {
            return 1;
        }

        @Override
        public OnRows on(Whole whole) {
            return (at, rows) -> {
                note(Ops.longs(at), rows);
                return rows.kl();
            };
        }

        private void note(long[] at, Compared rows) {
            Parts parts = Parts.of(rows);
            long[] target = Ops.longs(rows.target());
            float[] unc = Ops.floats(parts.uncertainty());
            float[] tkd = Ops.floats(parts.target());
            float[] dkd = Ops.floats(parts.diversity());
            for (int c = 0; c < at.length; c++) {
                lines.append(JsonMapper.shared()
                                .createObjectNode()
                                .put("row", first + at[c] / length)
                                .put("position", at[c] % length + 1)
                                .put("token", tokenizer.decode(new int[] {(int) target[c]}, false))
                                .put("unc", unc[c])
                                .put("tkd", tkd[c])
                                .put("dkd", dkd[c]))
                        .append('\n');
            }
        }
    }
}
