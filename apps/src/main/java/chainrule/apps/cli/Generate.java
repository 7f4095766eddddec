package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.draft.Drafted;
import chainrule.decode.rule.Rules;
import chainrule.local.Conversation;
import chainrule.local.LocalModel;
import chainrule.local.Suggested;
import chainrule.nn.Compute;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: continues a text. */
@Command(
        name = "generate",
        description = "Continue a text, by greedy search unless told otherwise.",
        footer = {
            "",
            "Examples:",
            "  ./chainrule generate \"Once upon a time\" --model my-model --decoding sampling:temperature=0.8 --seed 1",
            "  ./chainrule generate --messages conversation.json --model my-model"
        })
final class Generate implements Verb {
    private static final int TOKENS = 256;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    TextOptions text = new TextOptions();

    @Mixin
    DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--chat", description = "The text is a message: the model's chat template is put around it.")
    boolean chat;

    @Mixin
    ConversationOptions conversation = new ConversationOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public List<String> names() {
        return DecodingOptions.names();
    }

    @Override
    public int run(Console console) throws IOException, InterruptedException {
        DecodingOptions.Chosen chosen = decoding.chosen();
        Optional<Conversation> said = conversation(console);
        Optional<String> prompt = said.isPresent() ? Optional.empty() : text.text(console);
        try (OpenDraft draft = model.openDraft(chosen, Compute.forDecoding(), console);
                LocalModel lm = model.open(Compute.forDecoding(), console);
                var streaming = new Streaming(console, !json)) {
            Request plain =
                    said.map(lm::chat).or(() -> prompt.map(lm::request)).orElseGet(() -> lm.request(text.ids()));
            Request request = draft.chosen().apply(plain, new Suggested(new Greedy(), Rules.NONE), TOKENS);
            long began = System.nanoTime();
            Result result = streaming.follow(lm.submit(json ? request.withLogprobs(0) : request));
            double seconds = (System.nanoTime() - began) / 1e9;
            if (json) {
                console.json(json(lm, chosen.method().orElse(request.decoding()), result, seconds));
            } else {
                result.others().forEach(other -> console.println("---\n" + other.text()));
            }
            if (!(request.decoding() instanceof Greedy)) {
                console.note("seed " + chosen.seed());
            }
            console.note(String.format(
                    Locale.ROOT,
                    "%d tokens in %.2f s (%.1f tokens/s), ended by %s",
                    tokens(result),
                    seconds,
                    tokens(result) / seconds,
                    result.finish()));
            result.drafted().filter(d -> d.cycles() > 0).ifPresent(d -> console.note(drafted(d)));
            return result.finish() == Result.Finish.CANCELLED ? INTERRUPTED : DONE;
        }
    }

    /** The conversation that is to go on; none where a raw text is. */
    private Optional<Conversation> conversation(Console console) throws IOException {
        if (!chat && conversation.messages.isEmpty()) {
            if (conversation.tools.isPresent()) {
                throw new Failure.Usage("--tools needs a conversation: give --chat or --messages.");
            }
            return Optional.empty();
        }
        if (text.ids.isPresent()) {
            throw new Failure.Usage("--chat and --messages take texts: leave --ids out.");
        }
        return Optional.of(
                conversation.read(conversation.messages.isPresent() ? text.text : text.text(console), console));
    }

    private static Map<String, Object> json(LocalModel lm, Decoding decoding, Result result, double seconds) {
        List<Object> texts = new ArrayList<>();
        for (Result each : result.all()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("text", each.text());
            one.put("ids", each.ids());
            one.put("logprobs", each.logprobs());
            one.put("finish", each.finish().toString());
            texts.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", lm.checkpoint().path().toString());
        all.put("decoding", spec(decoding));
        all.put("texts", texts);
        all.put("seconds", seconds);
        all.put("tokensPerSecond", tokens(result) / seconds);
        result.drafted().ifPresent(drafted -> all.put("drafted", drafted));
        return all;
    }

    private static String drafted(Drafted drafted) {
        return String.format(
                Locale.ROOT,
                "%.2f tokens a pass, %d of %d drafted tokens accepted",
                drafted.tokensPerCycle(),
                drafted.accepted(),
                drafted.drafted());
    }

    static String spec(Decoding decoding) {
        return decoding instanceof Record method ? Spec.format(method) : decoding.toString();
    }

    private static int tokens(Result result) {
        return result.all().stream().mapToInt(r -> r.tokens().size()).sum();
    }
}
