package chainrule.adapter;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.Prefix;
import chainrule.model.family.Models;
import chainrule.nn.Tree;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The keys and values of {@link PrefixTuning}: one parameter, {@code prefix}. */
public record PrefixAdapter(Prefix prefix) implements Adapter {
    @Override
    public Tree parameters() {
        return new Tree(new LinkedHashMap<>(Map.of("prefix", prefix.pairs())));
    }

    @Override
    public Decoder on(Decoder base) {
        long[] fitting = Prefix.shape(prefix.length(), base.config());
        if (!Arrays.equals(prefix.pairs().shape(), fitting)) {
            throw new BadInput("The prefix was made for another base model: it has the shape "
                    + Arrays.toString(prefix.pairs().shape()) + " where this one needs " + Arrays.toString(fitting)
                    + ".");
        }
        return base.behind(prefix);
    }

    @Override
    public Models.Change change() {
        return new Models.Change(UnaryOperator.identity(), Optional.of(prefix));
    }
}
