package chainrule.model;

import chainrule.nn.Compute;
import chainrule.nn.Tree;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model around another: it does what that one does where it does not say otherwise. It has no head weight, as
 * what it changes may stand between the hidden vectors and the logits, and closing it closes the other's parameters.
 */
public interface Wrapped extends CausalLM {
    /** The other one. */
    CausalLM lm();

    @Override
    default Tree parameters() {
        return lm().parameters();
    }

    @Override
    default int vocabulary() {
        return lm().vocabulary();
    }

    @Override
    default int context() {
        return lm().context();
    }

    @Override
    default int depth() {
        return lm().depth();
    }

    @Override
    default boolean tied() {
        return lm().tied();
    }

    @Override
    default Tensor head(Tensor hidden) {
        return lm().head(hidden);
    }

    @Override
    default Step forward(Input in, Tap tap) {
        return lm().forward(in, tap);
    }

    @Override
    default Cache newCache(Side side) {
        return lm().newCache(side);
    }

    @Override
    default List<Step> extend(List<Segment> segments) {
        return lm().extend(segments);
    }

    @Override
    default CausalLM forDecoding(Compute compute) {
        return lm().forDecoding(compute);
    }
}
