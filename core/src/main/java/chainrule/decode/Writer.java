package chainrule.decode;

import chainrule.decode.Result.Finish;
import chainrule.decode.draft.Drafted;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Turns the final tokens of one continuation into its text and its events, and sees where it ends. */
final class Writer {
    private static final TextStream SILENT = new TextStream() {
        @Override
        public String push(int id) {
            return "";
        }

        @Override
        public String end() {
            return "";
        }
    };

    private final Path prompt;
    private final TextStream stream;
    private final StopSearch search;
    private final Consumer<Event> events;
    private final List<Token> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Finish finish = Finish.CANCELLED;
    private boolean ended;

    Writer(Path prompt, Request request, Consumer<Event> events) {
        this.prompt = prompt;
        this.stream = request.stream().map(Supplier::get).orElse(SILENT);
        this.search = new StopSearch(request.stops().strings());
        this.events = events;
        if (prompt.length() >= prompt.maxLength()) {
            end(Finish.LENGTH);
        }
    }

    /** Whether the text has ended; no token may follow. */
    boolean ended() {
        return ended;
    }

    void add(Token token) {
        tokens.add(token);
        String certain = "";
        if (prompt.isEnd(token.id())) {
            end(Finish.STOP);
        } else {
            certain = search.push(stream.push(token.id()));
            if (search.found()) {
                end(Finish.STOP);
            } else if (prompt.length() + tokens.size() >= prompt.maxLength()) {
                end(Finish.LENGTH);
            }
        }
        text.append(certain);
        events.accept(new Event.Piece(token, certain));
    }

    private void end(Finish why) {
        ended = true;
        finish = why;
    }

    /** The continuation; one that has not ended by itself ended as {@code otherwise} says. Its last event is sent. */
    Result close(Finish otherwise, OptionalDouble score, List<Result> others, Optional<Drafted> drafted) {
        if (!ended) {
            end(otherwise);
        }
        String rest = search.found() ? "" : search.push(stream.end()) + search.end();
        text.append(rest);
        Finish why = search.found() ? Finish.STOP : finish;
        Result result = new Result(List.copyOf(tokens), text.toString(), why, score, others, drafted);
        events.accept(new Event.End(result, rest));
        return result;
    }
}
