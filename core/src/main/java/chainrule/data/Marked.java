package chainrule.data;

import chainrule.BadInput;
import chainrule.text.Encoding;
import chainrule.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A text with answers in it, which alone are trained.
 *
 * <p>A chat's answers are found by rendering it, whatever the template: what rendering the chat up to and with an answer
 * adds to the chat before it, rendered so that it asks for the answer, is the answer as the model has to give it, with the
 * token that ends its turn. A message with {@code "weight": 0} is no answer.
 *
 * <p>A token is trained if at least one character of an answer is in it: so a token that stands across an answer's border
 * is trained whole.
 *
 * @param answers in order, none of which overlap
 */
record Marked(String text, List<Span> answers) {
    /** The characters {@code from} to {@code to} - 1. */
    record Span(int from, int to) {}

    /** A text, of which what follows the prompt is trained. */
    static Marked completion(String prompt, String completion) {
        String text = prompt + completion;
        return new Marked(text, List.of(new Span(prompt.length(), text.length())));
    }

    /**
     * A chat, of which the assistant's messages from the {@code from}-th on are trained, counted from 0.
     *
     * @throws BadInput where the template refuses the chat, or renders it otherwise once more follows
     */
    static Marked chat(List<Map<String, Object>> messages, int from, Optional<List<Object>> tools, ChatFormat format) {
        List<Map<String, Object>> plain = messages.stream().map(Marked::plain).toList();
        String whole = format.render(plain, tools, false);
        List<Span> answers = new ArrayList<>();
        for (int i = from; i < plain.size(); i++) {
            if (isAnswer(messages.get(i))) {
                if (i == 0) {
                    throw new BadInput("it begins with an answer, which nothing asks for: begin with a message of the"
                            + " user's, or give the answer \"weight\": 0.");
                }
                String before = format.render(plain.subList(0, i), tools, true);
                String with = format.render(plain.subList(0, i + 1), tools, false);
                if (!with.startsWith(before)) {
                    throw new BadInput("the chat template does not continue what asks for message " + (i + 1)
                            + " when it renders that message: this model cannot be trained on such answers.");
                }
                if (!whole.startsWith(with)) {
                    throw new BadInput("the chat template renders message " + (i + 1)
                            + " otherwise when messages follow: end a chat of its own with it, and give it"
                            + " \"weight\": 0 in this one.");
                }
                answers.add(new Span(before.length(), with.length()));
            }
        }
        return new Marked(whole, answers);
    }

    private static boolean isAnswer(Map<String, Object> message) {
        return "assistant".equals(message.get("role"))
                && !(message.get("weight") instanceof Number weight && weight.doubleValue() == 0);
    }

    /** A message without what only training needs to know. */
    private static Map<String, Object> plain(Map<String, Object> message) {
        Map<String, Object> plain = new LinkedHashMap<>(message);
        plain.remove("weight");
        return plain;
    }

    /** The text's tokens, and of each whether it is trained. */
    Tokens tokens(Tokenizer tokenizer) {
        Encoding tokens = tokenizer.encode(text, false);
        List<Span> spans = codePoints();
        boolean[] trained = new boolean[tokens.ids().length];
        boolean across = false;
        int covered = 0;
        for (int i = 0; i < trained.length; i++) {
            // Offsets may leave out spaces at a token's start, which belong to it all the same.
            int from = Math.min(tokens.offsets()[i][0], covered);
            int to = tokens.offsets()[i][1];
            covered = Math.max(covered, to);
            for (Span answer : spans) {
                if (from < answer.to && to > answer.from) {
                    trained[i] = true;
                    across |= from < answer.from;
                }
            }
        }
        return new Tokens(tokens.ids(), trained, across);
    }

    /** The answers counted in code points, as tokens' offsets are. */
    private List<Span> codePoints() {
        return answers.stream()
                .map(a -> new Span(text.codePointCount(0, a.from), text.codePointCount(0, a.to)))
                .toList();
    }

    /**
     * A text as tokens.
     *
     * @param trained of each of {@code ids} whether it is a target
     * @param across whether a token stands across the beginning of an answer
     */
    record Tokens(int[] ids, boolean[] trained, boolean across) {
        /** After what begins a text, and with what ends one, which is trained; neither comes twice. */
        Tokens framed(int[] begin, int end) {
            boolean begun = ids.length >= begin.length && Arrays.equals(Arrays.copyOf(ids, begin.length), begin);
            boolean ended = ids.length > 0 && ids[ids.length - 1] == end;
            int at = begun ? 0 : begin.length;
            int[] all = Arrays.copyOf(begin, at + ids.length + (ended ? 0 : 1));
            System.arraycopy(ids, 0, all, at, ids.length);
            boolean[] targets = new boolean[all.length];
            System.arraycopy(trained, 0, targets, at, ids.length);
            all[all.length - 1] = end;
            targets[all.length - 1] = true;
            return new Tokens(all, targets, across);
        }

        /** The first {@code most} of them. */
        Tokens cut(int most) {
            int kept = Math.min(most, ids.length);
            return new Tokens(Arrays.copyOf(ids, kept), Arrays.copyOf(trained, kept), across);
        }

        /** The number of targets: the first token has nothing before it to be told from. */
        int targets() {
            return (int) IntStream.range(1, ids.length).filter(i -> trained[i]).count();
        }
    }
}
