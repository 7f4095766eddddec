package chainrule.model;

import chainrule.BadInput;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import java.util.OptionalInt;

/**
 * A transformer decoder without its parameters. GPT-2, Llama, Qwen, Mistral and GPT-NeoX are settings of it; settings
 * that exclude each other are members of one sealed type.
 *
 * @param vocabulary V
 * @param width D
 * @param layers L
 * @param context the longest text in tokens
 * @param flow how a block's two halves follow each other
 * @param tied whether the output head's weight is the embedding's
 * @param deviation of fresh weights' normal draw; those that write to the residual stream are scaled by 1/√(2L)
 * @param padding a token whose vector gets no gradient where it is read, as transformers treats {@code pad_token_id}
 */
public record DecoderConfig(
        int vocabulary,
        int width,
        int layers,
        int context,
        Position position,
        Norm.Kind norm,
        Attention.Kind attention,
        Mlp.Kind mlp,
        Flow flow,
        boolean tied,
        double deviation,
        OptionalInt padding) {

    /** Without a padding token. */
    public DecoderConfig(
            int vocabulary,
            int width,
            int layers,
            int context,
            Position position,
            Norm.Kind norm,
            Attention.Kind attention,
            Mlp.Kind mlp,
            Flow flow,
            boolean tied,
            double deviation) {
        this(
                vocabulary,
                width,
                layers,
                context,
                position,
                norm,
                attention,
                mlp,
                flow,
                tied,
                deviation,
                OptionalInt.empty());
    }

    /** How a model knows where a token stands. */
    public sealed interface Position {
        /** A trained vector per position. */
        record Learned() implements Position {}

        /** Rotated queries and keys. */
        record Rotated(Rotary rotary) implements Position {}
    }

    /** How a block's two halves follow each other. */
    public enum Flow {
        /** y = x + attention(norm(x)); y + mlp(norm(y)). */
        SERIAL,
        /** x + attention(norm(x)) + mlp(norm(x)), with a norm for each. */
        PARALLEL
    }

    /** The number of parameters. */
    public long parameters() {
        long heads = (long) attention.heads().queries() * attention.heads().width();
        long keys = (long) attention.heads().keys() * attention.heads().width();
        long normSize = switch (norm) {
            case Norm.Kind.Rms _ -> width;
            case Norm.Kind.Layer n -> n.bias() ? 2L * width : width;
        };
        long attend = (heads + 2 * keys) * (width + (attention.inBias() ? 1 : 0))
                + width * heads
                + (attention.outBias() ? width : 0);
        long headNorms =
                attention.headNorm() ? normSize / width * 2 * attention.heads().width() : 0;
        long mix = (mlp.gated() ? 3L : 2L) * width * mlp.inner()
                + (mlp.bias() ? (mlp.gated() ? 2L : 1L) * mlp.inner() + width : 0);
        long embeddings = (tied ? 1L : 2L) * vocabulary * width
                + (position instanceof Position.Learned ? (long) context * width : 0);
        return embeddings + layers * (attend + headNorms + mix + 2 * normSize) + normSize;
    }

    /** The same shape with the head tied or not. */
    public DecoderConfig tied(boolean tied) {
        return new DecoderConfig(
                vocabulary, width, layers, context, position, norm, attention, mlp, flow, tied, deviation, padding);
    }

    /** How far a token sees; empty: to the text's start. */
    public OptionalInt window() {
        return attention.window();
    }

    /** @throws BadInput where a text of {@code length} tokens after {@code before} entries of a prefix is too long */
    void checkLength(int length, int before) {
        if (length > context - before) {
            throw new BadInput("The text has " + length + " tokens, more than the model's context of "
                    + (context - before) + ": shorten it or split it.");
        }
    }
}
