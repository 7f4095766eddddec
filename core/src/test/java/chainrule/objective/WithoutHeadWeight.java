package chainrule.objective;

import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import java.util.List;

/** A language model that has nothing but its logits. */
record WithoutHeadWeight(CausalLM lm) implements CausalLM {
    @Override
    public Tree parameters() {
        return lm.parameters();
    }

    @Override
    public int vocabulary() {
        return lm.vocabulary();
    }

    @Override
    public int context() {
        return lm.context();
    }

    @Override
    public Step forward(Input in, Tap tap) {
        return lm.forward(in, tap);
    }

    @Override
    public Cache newCache(Side side) {
        return lm.newCache(side);
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        return lm.extend(segments);
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return lm.forDecoding(compute);
    }
}
