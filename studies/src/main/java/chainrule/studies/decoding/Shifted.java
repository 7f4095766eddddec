package chainrule.studies.decoding;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Wrapped;
import chainrule.nn.Compute;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that says what another says, but whose hidden vectors all have one vector added: the more of it, the more alike
 * they are. It owns nothing.
 *
 * @param shift [D]
 */
record Shifted(CausalLM lm, Tensor shift) implements Wrapped {
    private record Seen(Step step, Tensor shift) implements Step {
        @Override
        public int rows() {
            return step.rows();
        }

        @Override
        public void want(int row) {
            step.want(row);
        }

        @Override
        public Tensor hidden() {
            return step.hidden().add(shift);
        }

        @Override
        public Tensor logits(int from, int to) {
            return step.logits(from, to);
        }

        @Override
        public float[] scores(int row) {
            return step.scores(row);
        }
    }

    @Override
    public Step forward(Input in, Tap tap) {
        return new Seen(lm.forward(in, tap), shift);
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        return lm.extend(segments).stream().map(s -> (Step) new Seen(s, shift)).toList();
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return new Shifted(lm.forDecoding(compute), shift);
    }

    @Override
    public void close() {}
}
