package chainrule.objective.distil;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import org.bytedeco.pytorch.Tensor;

/** Who says what a student should say. It learns nothing itself. */
public interface Teacher {
    /** V: the number of token ids it knows. */
    int vocabulary();

    /** Which teacher this is, so that a resumed run can tell whether it is still the same. */
    String description();

    /**
     * What it says of a batch, in the open scope and without a graph.
     *
     * @param targets the token that follows each: int64 [B,T]
     */
    Answer of(Input input, Tensor targets);

    /** What a teacher says of one batch. */
    @FunctionalInterface
    interface Answer {
        /**
         * Unnormalised log-probabilities of the next token: [C,V], float32 or float64.
         *
         * @param at rows b·T + t of the batch: int64 [C], in growing order
         */
        Tensor logits(Tensor at);
    }

    /** @throws BadInput where a student with that vocabulary cannot learn from this teacher */
    default void suits(CausalLM student) {
        if (vocabulary() != student.vocabulary()) {
            throw new BadInput("The teacher knows " + vocabulary() + " tokens and the student " + student.vocabulary()
                    + ": distillation compares them token by token, so both need the same tokenizer and vocabulary.");
        }
    }
}
