package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.rule.Rules;
import chainrule.model.Side;
import chainrule.model.Tap;
import chainrule.text.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A text to be continued.
 *
 * @param prompt at least one token
 * @param maxTokens new tokens at most; the model's context may end the text before
 * @param seed and {@code index}: what the text's random numbers depend on; texts of a batch differ by their index
 * @param alternatives with how many alternatives every token's log-probability is wanted; empty: without it
 * @param stream makes the decoder of the continuation's text; without it there is no text, only tokens
 * @param side what the model conditions on besides the prompt
 * @param tap sees and changes this text's activations
 */
public record Request(
        int[] prompt,
        Decoding decoding,
        Rules rules,
        int maxTokens,
        Stops stops,
        long seed,
        int index,
        OptionalInt alternatives,
        Optional<Supplier<TextStream>> stream,
        Side side,
        Tap tap) {
    public Request {
        prompt = prompt.clone();
        if (prompt.length == 0) {
            throw new BadInput("The prompt is empty: give at least one token, such as the model's start token.");
        }
        if (maxTokens < 0) {
            throw new BadInput("The number of new tokens must not be negative, not " + maxTokens + ".");
        }
        if (alternatives.orElse(0) < 0) {
            throw new BadInput("The number of alternatives must not be negative, not " + alternatives.getAsInt() + ".");
        }
        if (stream.isEmpty() && !stops.strings().isEmpty()) {
            throw new BadInput("Stop strings need a tokenizer: without one only stop tokens can be found.");
        }
    }

    /** At most 256 tokens after {@code prompt} by greedy search. */
    public static Request of(int... prompt) {
        return new Request(
                prompt,
                new Greedy(),
                Rules.NONE,
                256,
                Stops.NONE,
                0,
                0,
                OptionalInt.empty(),
                Optional.empty(),
                Side.NONE,
                Tap.NONE);
    }

    public Request with(Decoding other) {
        return new Request(prompt, other, rules, maxTokens, stops, seed, index, alternatives, stream, side, tap);
    }

    public Request with(Rules other) {
        return new Request(prompt, decoding, other, maxTokens, stops, seed, index, alternatives, stream, side, tap);
    }

    public Request withMaxTokens(int other) {
        return new Request(prompt, decoding, rules, other, stops, seed, index, alternatives, stream, side, tap);
    }

    public Request with(Stops other) {
        return new Request(prompt, decoding, rules, maxTokens, other, seed, index, alternatives, stream, side, tap);
    }

    public Request withSeed(long otherSeed, int otherIndex) {
        return new Request(
                prompt, decoding, rules, maxTokens, stops, otherSeed, otherIndex, alternatives, stream, side, tap);
    }

    /** With log-probabilities and this many alternatives to every token. */
    public Request withLogprobs(int count) {
        return new Request(
                prompt, decoding, rules, maxTokens, stops, seed, index, OptionalInt.of(count), stream, side, tap);
    }

    public Request with(Supplier<TextStream> other) {
        return new Request(
                prompt, decoding, rules, maxTokens, stops, seed, index, alternatives, Optional.of(other), side, tap);
    }

    /** With text as {@code tokenizer} reads it, special tokens left out. */
    public Request with(Tokenizer tokenizer) {
        return with(() -> TextStream.of(tokenizer.detokenizer(true)));
    }

    public Request with(Side other) {
        return new Request(prompt, decoding, rules, maxTokens, stops, seed, index, alternatives, stream, other, tap);
    }

    public Request with(Tap other) {
        return new Request(prompt, decoding, rules, maxTokens, stops, seed, index, alternatives, stream, side, other);
    }
}
