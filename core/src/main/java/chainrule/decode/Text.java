package chainrule.decode;

import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What a method is given of the text that it continues.
 *
 * @param prompt the tokens given, with the text's maximal length and the tokens that end it
 * @param rules changes to the scores, applied where the method's definition says
 * @param draws the text's own random numbers
 * @param layers the model's, for methods that look into it
 */
public record Text(Path prompt, Rules rules, Draws draws, Layers layers) {
    /**
     * What a method may know of the model beside its passes.
     *
     * @param depth the number of blocks; 0 where there are none to be seen
     * @param tied whether the output head's weight is the embedding's
     * @param head logits [R,V] of vectors [R,D] from anywhere in the model
     */
    public record Layers(int depth, boolean tied, UnaryOperator<Tensor> head) {}
}
