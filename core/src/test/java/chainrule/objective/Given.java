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
import chainrule.tensor.Ops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Vectors [B,T,V] in a model's place, which are their own logits. @param head whether the model shows its head's weight */
record Given(Tensor hiddenBTV, boolean head) implements CausalLM {
    @Override
    public Tree parameters() {
        return new Tree(new LinkedHashMap<>());
    }

    @Override
    public int vocabulary() {
        return (int) hiddenBTV.size(2);
    }

    @Override
    public int context() {
        return (int) hiddenBTV.size(1);
    }

    @Override
    public Step forward(Input in, Tap tap) {
        Tensor all = hiddenBTV.flatten(0, 1);
        return new Step() {
            @Override
            public int rows() {
                return (int) all.size(0);
            }

            @Override
            public Tensor hidden() {
                return all;
            }

            @Override
            public Tensor logits(int from, int to) {
                return Ops.slice(all, 0, from, to);
            }
        };
    }

    @Override
    public Optional<Tensor> headWeight() {
        return head
                ? Optional.of(torch.eye(vocabulary(), new TensorOptions(hiddenBTV.scalar_type())))
                : Optional.empty();
    }

    @Override
    public Cache newCache(Side side) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        throw new UnsupportedOperationException();
    }
}
